/**
 * Equality of content as the protocol means it: decoded values, key order ignored, array order kept.
 */
export const isSameContent = (one: unknown, other: unknown): boolean => {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one) !== Array.isArray(other)) return false
  const keys = Object.keys(one)
  if (keys.length !== Object.keys(other).length) return false
  return keys.every(
    (key) =>
      Object.hasOwn(other, key) &&
      isSameContent((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]),
  )
}

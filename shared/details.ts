/**
 * `details`, the one open object that an order or an event may carry. It is somebody else's data: bounded here in depth, keys, string
 * length and size, and never merged into an object of ours.
 */

export const DETAILS_LIMITS = { bytes: 16 * 1024, depth: 8, keys: 200, stringLength: 8 * 1024 } as const

const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

const TOO_MANY = `more than ${DETAILS_LIMITS.keys} keys and array elements`

interface Budget {
  keys: number
  bytes: number
}

const faultOfText = (text: string, budget: Budget): string | null => {
  budget.bytes += Buffer.byteLength(text) + 2
  return text.length > DETAILS_LIMITS.stringLength
    ? `a string is longer than ${DETAILS_LIMITS.stringLength} characters`
    : null
}

const faultOfKey = (key: string, budget: Budget): string | null => {
  budget.keys += 1
  if (budget.keys > DETAILS_LIMITS.keys) return TOO_MANY
  if (FORBIDDEN_KEYS.has(key)) return `the key ${key} is not allowed`
  return faultOfText(key, budget)
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || Array.isArray(value)
}

const faultOfObject = (value: object, depth: number, budget: Budget): string | null => {
  if (depth > DETAILS_LIMITS.depth) return `nested deeper than ${DETAILS_LIMITS.depth} levels`
  if (!isPlain(value)) return 'holds something other than JSON values (binary data, for example)'
  // Before its entries are listed, which for a frame full of zeros takes longer than all else.
  if (Array.isArray(value) && value.length > DETAILS_LIMITS.keys) return TOO_MANY
  budget.bytes += 2
  for (const [key, member] of Object.entries(value)) {
    const fault = faultOfKey(key, budget) ?? faultOf(member, depth + 1, budget)
    if (fault !== null) return fault
    if (budget.bytes > DETAILS_LIMITS.bytes) return `larger than ${DETAILS_LIMITS.bytes} bytes`
  }
  return null
}

const faultOf = (value: unknown, depth: number, budget: Budget): string | null => {
  budget.bytes += 1
  if (value === null || typeof value === 'boolean') return null
  if (typeof value === 'number')
    return Number.isFinite(value) ? null : 'holds a number that JSON cannot write'
  if (typeof value === 'string') return faultOfText(value, budget)
  if (typeof value === 'object') return faultOfObject(value, depth, budget)
  return `holds a ${typeof value}, which JSON cannot write`
}

/** What is wrong with `details`, in words; null when it is within its bounds. */
export const detailsFault = (details: object): string | null => faultOf(details, 1, { keys: 0, bytes: 0 })

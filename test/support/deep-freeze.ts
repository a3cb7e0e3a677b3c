/** Makes a value and all that it holds unchangeable: who tries to change it fails. */
export const deepFreeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value))
    for (const member of Object.values(Object.freeze(value))) deepFreeze(member)
  return value
}

/**
 * `details`, the one open object that an order or an event may carry. It is somebody else's data: bounded here in depth, keys, string
 * length and size, and never merged into an object of ours.
 */

export interface DetailsLimits {
  readonly bytes: number
  readonly depth: number
  /** And elements of arrays, in all. */
  readonly keys: number
  readonly stringLength: number
}

/** Of the protocol: a hub may take less. */
export const DETAILS_LIMITS = {
  bytes: 16 * 1024,
  depth: 8,
  keys: 200,
  stringLength: 8 * 1024,
} as const satisfies DetailsLimits

const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

interface Budget {
  readonly limits: DetailsLimits
  keys: number
  bytes: number
}

const tooMany = ({ keys }: DetailsLimits): string => `more than ${keys} keys and array elements`

const faultOfText = (text: string, budget: Budget): string | null => {
  budget.bytes += Buffer.byteLength(text) + 2
  const { stringLength } = budget.limits
  return text.length > stringLength ? `a string is longer than ${stringLength} characters` : null
}

const faultOfKey = (key: string, budget: Budget): string | null => {
  budget.keys += 1
  if (budget.keys > budget.limits.keys) return tooMany(budget.limits)
  if (FORBIDDEN_KEYS.has(key)) return `the key ${key} is not allowed`
  return faultOfText(key, budget)
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || Array.isArray(value)
}

const faultOfObject = (value: object, depth: number, budget: Budget): string | null => {
  const { limits } = budget
  if (depth > limits.depth) return `nested deeper than ${limits.depth} levels`
  if (!isPlain(value)) return 'holds something other than JSON values (binary data, for example)'
  // Before its entries are listed, which for a frame full of zeros takes longer than all else.
  if (Array.isArray(value) && value.length > limits.keys) return tooMany(limits)
  budget.bytes += 2
  for (const [key, member] of Object.entries(value)) {
    const fault = faultOfKey(key, budget) ?? faultOf(member, depth + 1, budget)
    if (fault !== null) return fault
    if (budget.bytes > limits.bytes) return `larger than ${limits.bytes} bytes`
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

/**
 * What is wrong with `details`, in words; else their size in bytes, of keys and texts as they stand: JSON escapes some characters, and writes numbers with more than the one byte that is counted here.
 */
export const measureDetails = (details: object, limits: DetailsLimits = DETAILS_LIMITS): string | number => {
  const budget: Budget = { limits, keys: 0, bytes: 0 }
  return faultOf(details, 1, budget) ?? budget.bytes
}

/** JSON writes a character with six bytes at most (as an escape), and a number with 24. */
const [GREATEST_CHARACTER, GREATEST_NUMBER] = [6, 24]

/** The most bytes that details of this size have as JSON. */
export const greatestJsonBytes = (measured: number): number =>
  GREATEST_CHARACTER * measured + (GREATEST_NUMBER + 1) * DETAILS_LIMITS.keys

import { randomFillSync } from 'node:crypto'
import { type UUID, V7Generator } from 'uuidv7'

/** How far the clock may go back without ids beginning anew. */
const ROLLBACK_MS = 10_000
/** Asking the system costs more than an id does: random numbers are fetched so many at a time. */
const FETCHED = 4096

const randomNumbers = (): { nextUint32(): number } => {
  const numbers = new Uint32Array(FETCHED)
  let next = FETCHED
  return {
    nextUint32: () => {
      if (next === FETCHED) {
        randomFillSync(numbers)
        next = 0
      }
      next += 1
      return numbers[next - 1]!
    },
  }
}

const DIGITS = Buffer.from('0123456789abcdef')
/** Where the two digits of each byte stand in the text. */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const
const text = Buffer.alloc(36, '-')

/** As the library's `toString`, without the strings in between. */
const textOf = ({ bytes }: UUID): string => {
  for (let index = 0; index < bytes.length; index += 1) {
    const place = PLACES[index]!
    const byte = bytes[index]!
    text[place] = DIGITS[byte >> 4]!
    text[place + 1] = DIGITS[byte & 15]!
  }
  return text.toString('latin1')
}

/** UUID version 7 (RFC 9562): ascending with time. */
export const uuids = (): { next(timeMs: number): string } => {
  const generator = new V7Generator(randomNumbers())
  return { next: (timeMs) => textOf(generator.generateOrResetCore(timeMs, ROLLBACK_MS)) }
}

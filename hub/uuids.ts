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

/** As the library's `toString`, which puts it together from single characters. */
const textOf = ({ bytes }: UUID): string => {
  const hex = Buffer.from(bytes.buffer).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** UUID version 7 (RFC 9562): ascending with time. */
export const uuids = (): { next(timeMs: number): string } => {
  const generator = new V7Generator(randomNumbers())
  return { next: (timeMs) => textOf(generator.generateOrResetCore(timeMs, ROLLBACK_MS)) }
}

/** Which waiting pickup is offered to which driver: what came back goes before what is new, and to a driver that has not declined it. An offer reserves the driver's room until it is leased. */
import { declinersOf, pickupEntry } from '../domain/dispatch.ts'
import { type Entry, orderKeyOf, type Retry } from '../domain/entry.ts'
import { keyOf } from '../domain/order-record.ts'
import type { Board } from './board.ts'
import { bytesOf } from './entry-bytes.ts'
import { type Lot, mayAskAgain } from './lease-steps.ts'
import type { LeaseWriter } from './lease-writer.ts'
import type { DeliveryOptions } from './ports.ts'
import type { QueueReader } from './queue-reader.ts'

export interface LotsParts {
  readonly now: () => number
  readonly options: DeliveryOptions
  readonly board: Board
  readonly writer: Pick<LeaseWriter, 'isSettling'>
}

export class Lots {
  readonly #parts: LotsParts
  readonly #board: Board
  readonly #writer: LotsParts['writer']

  constructor(parts: LotsParts) {
    this.#parts = parts
    this.#board = parts.board
    this.#writer = parts.writer
  }

  /** Of pickups that came back. */
  ofReturned(): Lot[] {
    const { fleet } = this.#board
    if (!fleet.hasFree || this.#board.returnedCount === 0) return []
    const nowMs = this.#parts.now()
    return this.#board.returned().flatMap((record) => {
      if (this.#writer.isSettling(keyOf(record))) return []
      const isDue = mayAskAgain(record, nowMs, this.#parts.options)
      const entry = pickupEntry(record)
      const bytes = bytesOf(entry.payload)
      const driver = fleet.candidate(record.dispatch.declined, isDue, bytes)
      return driver === null ? [] : [this.#offer(driver, entry, bytes)]
    })
  }

  /** At the bound of pickups that came back, no new ones are leased until those are dealt with. */
  ofQueue(reader: QueueReader): Lot[] {
    const lots: Lot[] = []
    while (this.#board.fleet.hasFree && this.#board.returnedCount < this.#parts.options.retryBound) {
      const entry = reader.peek()
      const lot = entry === undefined ? null : this.of(entry)
      if (lot === null) break
      reader.shift()
      lots.push(lot)
    }
    return lots
  }

  /** Offers a pickup that is new to the driver whose turn it is; null if nobody has room for it. */
  of(entry: Entry): Lot | null {
    const bytes = bytesOf(entry.payload)
    const driver = this.#board.fleet.candidate([], false, bytes)
    return driver === null ? null : this.#offer(driver, entry, bytes)
  }

  #offer(driver: string, entry: Entry, bytes: number): Lot {
    const order = orderKeyOf(entry)
    this.#board.fleet.offer(driver, order, bytes)
    return { order, position: entry.position, driver }
  }

  /** Of one that waits with another hub. */
  fromElsewhere(entry: Entry | Retry): Lot | null {
    if (this.#writer.isSettling(orderKeyOf(entry))) return null
    const bytes = bytesOf(entry.payload)
    const isDue = !('dueMs' in entry) || entry.dueMs <= this.#parts.now()
    const driver = this.#board.fleet.candidate(declinersOf(entry), isDue, bytes)
    return driver === null ? null : this.#offer(driver, entry, bytes)
  }
}

/**
 * What is in flight to one connection, and what must wait for it. Entries of one order form a *lane*: only its first one may leave, the next one when the first is
 * durably gone (P3). Pure: it is told what happens and what time it is.
 *
 * An entry in a lane:
 * held -> flying -> settling (its end or its move to the retries is on its way to the disk) -> gone | waiting (for its next handover) -> flying …
 *
 * Lanes whose first entry waits for a retry are *parked*: what comes behind in the same order is moved to the retries as well, so that the queue's start does
 * not stay behind at one poisonous order.
 */
import type { OrderKey } from '../../shared/ids.ts'
import { type Entry, type Failure, orderKeyOf, type Place, type Retry } from '../domain/entry.ts'

type State = 'held' | 'flying' | 'settling' | 'waiting'

export interface Slot {
  readonly entry: Entry
  readonly order: OrderKey
  place: Exclude<Place, 'dead'>
  state: State
  failures: readonly Failure[]
  /** While flying: when its acknowledgement is overdue. While waiting: when it may leave again. Milliseconds since 1970. */
  untilMs: number
  readonly bytes: number
}

interface Lane {
  readonly slots: Slot[]
  isParked: boolean
}

export interface WindowLimits {
  readonly entries: number
  readonly bytes: number
}

const FIXED_BYTES = 200

/** Near enough to the size on the wire, and cheap: only an open `details` has to be written to be measured. */
const bytesOf = ({ payload }: Entry): number =>
  FIXED_BYTES +
  payload.customer.length +
  payload.address.length +
  (payload.details === undefined ? 0 : JSON.stringify(payload.details).length)

export class Window {
  readonly #limits: WindowLimits
  readonly #lanes = new Map<OrderKey, Lane>()
  readonly #slots = new Map<number, Slot>()
  /** In the order in which they left: the first one is overdue first. */
  readonly #flying = new Map<number, Slot>()
  readonly #waiting = new Map<number, Slot>()
  /** Positions in the queue that are read and not yet on their way out of it, ascending. */
  readonly #inQueue = new Set<number>()
  #bytes = 0
  #retries = 0
  /** Retries that do not fly: they take no room. */
  #restingRetries = 0
  #lastTaken: number

  /** @param floor position at or below which nothing lies in the queue */
  constructor(limits: WindowLimits, floor: number) {
    this.#limits = limits
    this.#lastTaken = floor
  }

  /** May another entry be taken from the queue? */
  hasRoom(): boolean {
    return this.#slots.size - this.#restingRetries < this.#limits.entries && this.#hasBytes()
  }

  /** One entry always fits, however large. */
  #hasBytes(): boolean {
    return this.#bytes === 0 || this.#bytes < this.#limits.bytes
  }

  /** Entries that lie among the retries. */
  get retries(): number {
    return this.#retries
  }

  /** No entry of the queue that is still owed lies at or below this position. */
  get floor(): number {
    for (const first of this.#inQueue) return first - 1
    return this.#lastTaken
  }

  slot(position: number): Slot | undefined {
    return this.#slots.get(position)
  }

  /**
   * Takes the next entry from the queue.
   * @returns `fly` if it may leave now (then call `fly`), `hold` if it must wait, `park` if it must be moved to the retries
   */
  take(entry: Entry): { slot: Slot; next: 'fly' | 'hold' | 'park' } {
    const slot = this.#add(entry, 'queue', [])
    this.#inQueue.add(entry.position)
    this.#lastTaken = entry.position
    const lane = this.#lanes.get(slot.order)!
    if (lane.isParked) return { slot, next: 'park' }
    return { slot, next: lane.slots[0] === slot ? 'fly' : 'hold' }
  }

  /** An entry that already lies among the retries, when the window opens; in queue order. */
  takeRetry({ failures, dueMs, ...entry }: Retry): void {
    const slot = this.#add(entry, 'retry', failures)
    const lane = this.#lanes.get(slot.order)!
    lane.isParked = true
    slot.untilMs = dueMs
    if (lane.slots[0] === slot) this.#wait(slot)
  }

  #add(entry: Entry, place: Slot['place'], failures: readonly Failure[]): Slot {
    const order = orderKeyOf(entry)
    const slot: Slot = { entry, order, place, state: 'held', failures, untilMs: 0, bytes: bytesOf(entry) }
    this.#slots.set(entry.position, slot)
    if (place === 'retry') this.#countRetry(1)
    const lane = this.#lanes.get(order)
    if (lane === undefined) this.#lanes.set(order, { slots: [slot], isParked: false })
    else lane.slots.push(slot)
    return slot
  }

  #countRetry(change: 1 | -1): void {
    this.#retries += change
    this.#restingRetries += change
  }

  fly(slot: Slot, overdueMs: number): void {
    if (slot.place === 'retry') this.#restingRetries -= 1
    slot.state = 'flying'
    slot.untilMs = overdueMs
    this.#waiting.delete(slot.entry.position)
    this.#flying.set(slot.entry.position, slot)
    this.#bytes += slot.bytes
  }

  #wait(slot: Slot): void {
    slot.state = 'waiting'
    this.#waiting.set(slot.entry.position, slot)
  }

  /** Its acknowledgement, its failure or its move to the retries is on its way to the disk. From here on the queue may start behind it. */
  settling(slot: Slot): void {
    this.#land(slot)
    this.#waiting.delete(slot.entry.position)
    this.#inQueue.delete(slot.entry.position)
    slot.state = 'settling'
  }

  #land(slot: Slot): void {
    if (!this.#flying.delete(slot.entry.position)) return
    this.#bytes -= slot.bytes
    if (slot.place === 'retry') this.#restingRetries += 1
  }

  /** Parks the lane of a slot that failed: gives the entries behind it that lie in the queue and must be moved to the retries. */
  park(slot: Slot): Slot[] {
    const lane = this.#lanes.get(slot.order)!
    lane.isParked = true
    return lane.slots.filter((other) => other !== slot && other.place === 'queue' && other.state === 'held')
  }

  /** The entry now lies among the retries, to be handed over again at `dueMs` when it is the first of its lane. */
  movedToRetries(slot: Slot, retry: Pick<Retry, 'failures' | 'dueMs'>): void {
    if (slot.place === 'queue') this.#countRetry(1)
    this.#inQueue.delete(slot.entry.position)
    slot.place = 'retry'
    slot.failures = retry.failures
    slot.untilMs = retry.dueMs
    slot.state = 'held'
    if (this.#lanes.get(slot.order)!.slots[0] === slot) this.#wait(slot)
  }

  /** The entry is durably gone. Gives the one behind it, if that may leave now; one that lies among the retries waits for its time. */
  gone(slot: Slot): Slot | null {
    this.#slots.delete(slot.entry.position)
    if (slot.place === 'retry') this.#countRetry(-1)
    const lane = this.#lanes.get(slot.order)!
    lane.slots.shift()
    const [next] = lane.slots
    if (next === undefined) this.#lanes.delete(slot.order)
    if (next === undefined || next.state !== 'held') return null
    if (next.place === 'queue') return next
    this.#wait(next)
    return null
  }

  /** Flying entries whose acknowledgement is overdue. */
  overdue(nowMs: number): Slot[] {
    const late: Slot[] = []
    for (const slot of this.#flying.values()) {
      if (slot.untilMs > nowMs) break
      late.push(slot)
    }
    return late
  }

  /** Waiting entries whose time has come, as many as there is room for, in queue order. */
  due(nowMs: number): Slot[] {
    if (this.#waiting.size === 0) return []
    const room = this.#limits.entries - this.#flying.size
    return [...this.#waiting.values()]
      .filter((slot) => slot.untilMs <= nowMs)
      .sort((one, other) => one.entry.position - other.entry.position)
      .slice(0, Math.max(0, room))
  }
}

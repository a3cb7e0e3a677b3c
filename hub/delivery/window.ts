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
import { Chain, type Link } from './chain.ts'
import { bytesOf } from './entry-bytes.ts'

type State = 'held' | 'flying' | 'settling' | 'waiting'

export interface Slot {
  readonly entry: Entry
  readonly order: OrderKey
  readonly lane: Lane
  place: Exclude<Place, 'dead'>
  state: State
  failures: readonly Failure[]
  /** While flying: when its acknowledgement is overdue. While waiting: when it may leave again. Milliseconds since 1970. */
  untilMs: number
  readonly bytes: number
  /** Its places among those that are flying, and among those that the queue may not start behind; null if it is not one of them. */
  flight: Link<Slot> | null
  inQueue: Link<Slot> | null
}

interface Lane {
  slots: Slot[]
  isParked: boolean
}

/** Entries in flight in all windows that share it. */
export interface Tally {
  inFlight: number
}

export interface WindowLimits {
  readonly entries: number
  readonly bytes: number
}

const NO_SLOTS: Slot[] = []

export class Window {
  readonly #limits: WindowLimits
  readonly #tally: Tally
  readonly #lanes = new Map<OrderKey, Lane>()
  readonly #slots = new Map<number, Slot>()
  /** In the order in which they left: the first one is overdue first. */
  readonly #flying = new Chain<Slot>()
  readonly #waiting = new Map<number, Slot>()
  /** Entries in the queue that are read and not yet on their way out of it, in queue order. */
  readonly #inQueue = new Chain<Slot>()
  #retries = 0
  /** What takes room: all but the retries that rest. So nothing that may leave later on, behind what is acknowledged, makes it too much. */
  #roomTaken = { entries: 0, bytes: 0 }
  /** A retry whose time has come found no room: nothing new may take what becomes free. */
  #isRetryCrowdedOut = false
  #lastTaken: number

  /** @param floor position at or below which nothing lies in the queue */
  constructor(limits: WindowLimits, floor: number, tally: Tally = { inFlight: 0 }) {
    this.#limits = limits
    this.#tally = tally
    this.#lastTaken = floor
  }

  /** May another entry be taken from the queue, if it is small enough? */
  hasRoom(): boolean {
    return !this.#isRetryCrowdedOut && this.#roomTaken.entries < this.#limits.entries
  }

  /** One entry always fits, however large. */
  #fits({ entries, bytes }: WindowLimits): boolean {
    const taken = this.#roomTaken
    return (
      taken.entries + entries <= this.#limits.entries &&
      (taken.entries + entries === 1 || taken.bytes + bytes <= this.#limits.bytes)
    )
  }

  #takeRoom(slot: Slot, sign: 1 | -1): void {
    this.#roomTaken.entries += sign
    this.#roomTaken.bytes += sign * slot.bytes
  }

  /** Is nothing in it, in whatever state? */
  get isEmpty(): boolean {
    return this.#slots.size === 0
  }

  /** The entry that was taken first of those that are in it. */
  get oldest(): Entry | undefined {
    for (const { entry } of this.#slots.values()) return entry
    return undefined
  }

  get inFlight(): number {
    return this.#flying.size
  }

  /** It is of no use any more: nothing of it is in flight. */
  close(): void {
    this.#tally.inFlight -= this.#flying.size
    for (const slot of this.#flying) slot.flight = null
    this.#flying.clear()
  }

  /** Entries that lie among the retries. */
  get retries(): number {
    return this.#retries
  }

  /** No entry of the queue that is still owed lies at or below this position. */
  get floor(): number {
    const { first } = this.#inQueue
    return first === undefined ? this.#lastTaken : first.entry.position - 1
  }

  slot(position: number): Slot | undefined {
    return this.#slots.get(position)
  }

  /**
   * Takes the next entry from the queue.
   * @returns `fly` if it may leave now (then call `fly`), `hold` if it must wait, `park` if it must be moved to the retries; null if it does not fit
   */
  take(entry: Entry): { slot: Slot; next: 'fly' | 'hold' | 'park' } | null {
    if (!this.#fits({ entries: 1, bytes: bytesOf(entry.payload) })) return null
    const slot = this.#add(entry, 'queue', [])
    this.#takeRoom(slot, 1)
    slot.inQueue = this.#inQueue.add(slot)
    this.#lastTaken = entry.position
    const { lane } = slot
    if (lane.isParked) return { slot, next: 'park' }
    return { slot, next: lane.slots[0] === slot ? 'fly' : 'hold' }
  }

  /** An entry that already lies among the retries, when the window opens; in queue order. */
  takeRetry({ failures, dueMs, ...entry }: Retry): void {
    const slot = this.#add(entry, 'retry', failures)
    const { lane } = slot
    lane.isParked = true
    slot.untilMs = dueMs
    if (lane.slots[0] === slot) this.#wait(slot)
  }

  #add(entry: Entry, place: Slot['place'], failures: readonly Failure[]): Slot {
    const order = orderKeyOf(entry)
    const lane = this.#laneOf(order)
    const slot: Slot = {
      entry,
      order,
      lane,
      place,
      state: 'held',
      failures,
      untilMs: 0,
      bytes: bytesOf(entry.payload),
      flight: null,
      inQueue: null,
    }
    this.#slots.set(entry.position, slot)
    if (place === 'retry') this.#retries += 1
    // Most lanes have one: an array that is made with it takes a fraction of one that is made to grow.
    if (lane.slots.length === 0) lane.slots = [slot]
    else lane.slots.push(slot)
    return slot
  }

  #laneOf(order: OrderKey): Lane {
    let lane = this.#lanes.get(order)
    if (lane === undefined) {
      lane = { slots: NO_SLOTS, isParked: false }
      this.#lanes.set(order, lane)
    }
    return lane
  }

  fly(slot: Slot, overdueMs: number): void {
    if (slot.place === 'retry') this.#takeRoom(slot, 1)
    if (slot.state === 'waiting') this.#waiting.delete(slot.entry.position)
    slot.state = 'flying'
    this.#tally.inFlight += 1
    slot.untilMs = overdueMs
    slot.flight = this.#flying.add(slot)
  }

  #wait(slot: Slot): void {
    slot.state = 'waiting'
    this.#waiting.set(slot.entry.position, slot)
  }

  /** Its acknowledgement, its failure or its move to the retries is on its way to the disk. From here on the queue may start behind it. */
  settling(slot: Slot): void {
    if (slot.state === 'flying') this.#land(slot)
    else if (slot.state === 'waiting') this.#waiting.delete(slot.entry.position)
    this.#leaveQueue(slot)
    slot.state = 'settling'
  }

  #leaveQueue(slot: Slot): void {
    if (slot.inQueue !== null) this.#inQueue.remove(slot.inQueue)
    slot.inQueue = null
  }

  #land(slot: Slot): void {
    if (slot.flight === null) return
    this.#flying.remove(slot.flight)
    slot.flight = null
    this.#tally.inFlight -= 1
    if (slot.place === 'retry') this.#takeRoom(slot, -1)
  }

  /** Parks the lane of a slot that failed: gives the entries behind it that lie in the queue and must be moved to the retries. */
  park(slot: Slot): Slot[] {
    const { lane } = slot
    lane.isParked = true
    return lane.slots.filter((other) => other !== slot && other.place === 'queue' && other.state === 'held')
  }

  /** The entry now lies among the retries, to be handed over again at `dueMs` when it is the first of its lane. */
  movedToRetries(slot: Slot, retry: Pick<Retry, 'failures' | 'dueMs'>): void {
    if (slot.place === 'queue') {
      this.#takeRoom(slot, -1)
      this.#retries += 1
    }
    slot.place = 'retry'
    slot.failures = retry.failures
    slot.untilMs = retry.dueMs
    slot.state = 'held'
    if (slot.lane.slots[0] === slot) this.#wait(slot)
  }

  /** The entry is durably gone. Gives the one behind it, if that may leave now; one that lies among the retries waits for its time. */
  gone(slot: Slot): Slot | null {
    this.#slots.delete(slot.entry.position)
    if (slot.place === 'retry') this.#retries -= 1
    else this.#takeRoom(slot, -1)
    const { slots } = slot.lane
    slots.shift()
    const [next] = slots
    if (next === undefined) this.#lanes.delete(slot.order)
    if (next === undefined || next.state !== 'held') return null
    if (next.place === 'queue') return next
    this.#wait(next)
    return null
  }

  /** Flying entries whose acknowledgement is overdue. */
  overdue(nowMs: number): Slot[] {
    const late: Slot[] = []
    for (const slot of this.#flying) {
      if (slot.untilMs > nowMs) break
      late.push(slot)
    }
    return late
  }

  /** Waiting entries whose time has come, in queue order, as many as there is room for if `fly` is called for each before anything else. */
  due(nowMs: number): Slot[] {
    this.#isRetryCrowdedOut = false
    if (this.#waiting.size === 0) return []
    const due = [...this.#waiting.values()]
      .filter((slot) => slot.untilMs <= nowMs)
      .sort((one, other) => one.entry.position - other.entry.position)
    const room = { entries: 0, bytes: 0 }
    for (const { bytes } of due) {
      const more = { entries: room.entries + 1, bytes: room.bytes + bytes }
      this.#isRetryCrowdedOut = !this.#fits(more)
      if (this.#isRetryCrowdedOut) break
      Object.assign(room, more)
    }
    return due.slice(0, room.entries)
  }
}

/**
 * Which driver is asked next: one that is connected and has room, the one longest without an offer first. Pure; it knows drivers by name and the orders that each
 * of them holds, nothing of pickups.
 */
import type { OrderKey } from '../../shared/ids.ts'

/** What one connection takes: parcels in all, and leases that it has not answered yet. */
export interface Room {
  readonly capacity: number
  readonly entries: number
  readonly bytes: number
}

interface Driver {
  readonly name: string
  /** Orders that it holds; of leases that are not answered their size in bytes, of all others 0. */
  readonly holds: Map<OrderKey, number>
  /** Leases that are not answered. */
  unanswered: number
  unansweredBytes: number
  /** Null while not connected. */
  room: Room | null
  isPaused: boolean
  /** Rank of the last offer: a smaller one is longer ago. */
  lastOffer: number
  /** Is it among those with room? */
  isFree: boolean
}

/** May it be asked at all? A single lease always fits, however large. */
const hasRoom = ({ room, isPaused, holds, unanswered }: Driver): boolean =>
  room !== null && !isPaused && holds.size < room.capacity && (unanswered === 0 || unanswered < room.entries)

const fits = ({ room, unanswered, unansweredBytes }: Driver, bytes: number): boolean =>
  unanswered === 0 || (room !== null && unansweredBytes + bytes <= room.bytes)

/** @param bytes of a lease that is not answered; 0 for all other orders */
const note = (driver: Driver, order: OrderKey, bytes: number): void => {
  forgetLease(driver, order)
  driver.holds.set(order, bytes)
  driver.unansweredBytes += bytes
  if (bytes > 0) driver.unanswered += 1
}

const forgetLease = (driver: Driver, order: OrderKey): void => {
  const bytes = driver.holds.get(order) ?? 0
  driver.unansweredBytes -= bytes
  if (bytes > 0) driver.unanswered -= 1
}

export class Fleet {
  readonly #drivers = new Map<string, Driver>()
  /** Drivers with room, the one longest without an offer first. */
  #free: Driver[] = []
  /** Drivers that are asked about nothing, known or not. */
  readonly #paused = new Set<string>()
  #offers = 0

  #driver(name: string): Driver {
    let driver = this.#drivers.get(name)
    if (driver === undefined) {
      driver = {
        name,
        holds: new Map(),
        unanswered: 0,
        unansweredBytes: 0,
        room: null,
        isPaused: this.#paused.has(name),
        lastOffer: 0,
        isFree: false,
      }
      this.#drivers.set(name, driver)
    }
    return driver
  }

  connect(name: string, room: Room): void {
    const driver = this.#driver(name)
    driver.room = room
    this.#look(driver)
  }

  disconnect(name: string): void {
    const driver = this.#driver(name)
    driver.room = null
    this.#look(driver)
    if (driver.holds.size === 0) this.#drivers.delete(name)
  }

  isConnected(name: string): boolean {
    return this.#drivers.get(name)?.room != null
  }

  /** A paused driver is asked about nothing; what it holds it keeps. */
  pause(name: string, isPaused: boolean): void {
    if (isPaused) this.#paused.add(name)
    else this.#paused.delete(name)
    const driver = this.#drivers.get(name)
    if (driver === undefined) return
    driver.isPaused = isPaused
    this.#look(driver)
  }

  /** Names of drivers that are connected or hold orders. The iterator may be kept: who comes meanwhile is at its end. */
  names(): IterableIterator<string> {
    return this.#drivers.keys()
  }

  /** How many orders it holds. */
  load(name: string): number {
    return this.#drivers.get(name)?.holds.size ?? 0
  }

  /** Leases that it has not answered. */
  unanswered(name: string): number {
    return this.#drivers.get(name)?.unanswered ?? 0
  }

  /** Names of drivers that hold orders and are not connected. */
  absentHolders(): string[] {
    return [...this.#drivers.values()].filter(({ room }) => room === null).map(({ name }) => name)
  }

  /** @param unansweredBytes size of a lease that is not answered yet; null for an order that the driver has taken */
  hold(name: string, order: OrderKey, unansweredBytes: number | null): void {
    const driver = this.#driver(name)
    note(driver, order, unansweredBytes ?? 0)
    this.#look(driver)
  }

  /** An order that the driver holds no longer; unknown ones do nothing. */
  letGo(name: string, order: OrderKey): void {
    const driver = this.#drivers.get(name)
    if (driver?.holds.has(order) !== true) return
    forgetLease(driver, order)
    driver.holds.delete(order)
    this.#look(driver)
    if (driver.room === null && driver.holds.size === 0) this.#drivers.delete(name)
  }

  heldBy(name: string): readonly OrderKey[] {
    return [...(this.#drivers.get(name)?.holds.keys() ?? [])]
  }

  /** Parcels that connected drivers could take. */
  get freeRoom(): number {
    return this.#free.reduce(
      (sum, { room, holds }) => sum + Math.max(0, (room?.capacity ?? 0) - holds.size),
      0,
    )
  }

  /** Parcels that connected drivers take in all, those that they have included. */
  get capacity(): number {
    let capacity = 0
    for (const { room } of this.#drivers.values()) capacity += room?.capacity ?? 0
    return capacity
  }

  get hasFree(): boolean {
    return this.#free.length > 0
  }

  /**
   * The driver to ask about a pickup of that size. Those in `declined` are asked only if nobody else has room and `mayAskAgain`, the one that declined longest ago first.
   */
  candidate(declined: readonly string[], mayAskAgain: boolean, bytes: number): string | null {
    const fresh = this.#free.find((driver) => !declined.includes(driver.name) && fits(driver, bytes))
    if (fresh !== undefined) return fresh.name
    if (!mayAskAgain) return null
    return (
      declined.find((name) => this.#free.some((driver) => driver.name === name && fits(driver, bytes))) ??
      null
    )
  }

  /** Notes an offer: the driver holds the order, and goes to the end of the line. */
  offer(name: string, order: OrderKey, bytes: number): void {
    const driver = this.#driver(name)
    this.#offers += 1
    driver.lastOffer = this.#offers
    if (driver.isFree) this.#strike(driver)
    this.hold(name, order, bytes)
  }

  /** Has it room now where it had none, or the other way round? */
  #look(driver: Driver): void {
    const isFree = hasRoom(driver)
    if (isFree === driver.isFree) return
    if (isFree) this.#enlist(driver)
    else this.#strike(driver)
  }

  #strike(driver: Driver): void {
    driver.isFree = false
    this.#free.splice(this.#free.indexOf(driver), 1)
  }

  /** Behind all who were asked longer ago. */
  #enlist(driver: Driver): void {
    driver.isFree = true
    const before = this.#free.findLastIndex(({ lastOffer }) => lastOffer <= driver.lastOffer)
    this.#free.splice(before + 1, 0, driver)
  }
}

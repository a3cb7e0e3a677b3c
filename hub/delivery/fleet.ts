/**
 * Which driver is asked next: one that is connected and has room, the one longest without an offer first. Pure; it knows drivers by name and the orders that each
 * of them holds, nothing of pickups.
 */
import type { OrderKey } from '../../shared/ids.ts'

interface Driver {
  readonly name: string
  readonly holds: Set<OrderKey>
  /** Null while not connected. */
  capacity: number | null
  /** Rank of the last offer: a smaller one is longer ago. */
  lastOffer: number
}

const hasRoom = ({ capacity, holds }: Driver): boolean => capacity !== null && holds.size < capacity

export class Fleet {
  readonly #drivers = new Map<string, Driver>()
  /** Drivers with room, the one longest without an offer first. */
  #free: Driver[] = []
  #offers = 0

  #driver(name: string): Driver {
    let driver = this.#drivers.get(name)
    if (driver === undefined) {
      driver = { name, holds: new Set(), capacity: null, lastOffer: 0 }
      this.#drivers.set(name, driver)
    }
    return driver
  }

  connect(name: string, capacity: number): void {
    const driver = this.#driver(name)
    driver.capacity = capacity
    this.#enlist(driver)
  }

  disconnect(name: string): void {
    const driver = this.#driver(name)
    driver.capacity = null
    this.#enlist(driver)
    if (driver.holds.size === 0) this.#drivers.delete(name)
  }

  isConnected(name: string): boolean {
    return this.#drivers.get(name)?.capacity != null
  }

  /** Names of drivers that hold orders and are not connected. */
  absentHolders(): string[] {
    return [...this.#drivers.values()].filter(({ capacity }) => capacity === null).map(({ name }) => name)
  }

  hold(name: string, order: OrderKey): void {
    const driver = this.#driver(name)
    driver.holds.add(order)
    this.#enlist(driver)
  }

  /** An order that the driver holds no longer; unknown ones do nothing. */
  letGo(name: string, order: OrderKey): void {
    const driver = this.#drivers.get(name)
    if (driver?.holds.delete(order) !== true) return
    this.#enlist(driver)
    if (driver.capacity === null && driver.holds.size === 0) this.#drivers.delete(name)
  }

  heldBy(name: string): readonly OrderKey[] {
    return [...(this.#drivers.get(name)?.holds ?? [])]
  }

  get hasFree(): boolean {
    return this.#free.length > 0
  }

  /**
   * The driver to ask. Those in `declined` are asked only if nobody else has room and `mayAskAgain`, the one that declined longest ago first.
   */
  candidate(declined: readonly string[], mayAskAgain: boolean): string | null {
    const fresh = this.#free.find(({ name }) => !declined.includes(name))
    if (fresh !== undefined) return fresh.name
    if (!mayAskAgain) return null
    return declined.find((name) => this.#free.some((driver) => driver.name === name)) ?? null
  }

  /** Notes an offer: the driver holds the order, and goes to the end of the line. */
  offer(name: string, order: OrderKey): void {
    this.#offers += 1
    const driver = this.#driver(name)
    driver.lastOffer = this.#offers
    driver.holds.add(order)
    this.#enlist(driver)
  }

  #enlist(driver: Driver): void {
    const at = this.#free.indexOf(driver)
    if (at >= 0) this.#free.splice(at, 1)
    if (!hasRoom(driver)) return
    const before = this.#free.findLastIndex(({ lastOffer }) => lastOffer <= driver.lastOffer)
    this.#free.splice(before + 1, 0, driver)
  }
}

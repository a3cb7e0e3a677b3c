/**
 * Drivers' connections: hands drivers their leases, takes their answers, and keeps the time that an absent one may be away.
 *
 * A driver that holds something: connected -> away, within its grace -> its leases go back to the fleet
 */
import { driverId } from '../../shared/ids.ts'
import { pickupEntry } from '../domain/dispatch.ts'
import { keyOf, type OrderRecord } from '../domain/order-record.ts'
import type { Board } from './board.ts'
import type { Room } from './fleet.ts'
import { byHolder, fittingCount } from './lease-batches.ts'
import type { LeaseWriter } from './lease-writer.ts'
import type { Delivery, DeliveryOptions, DeliveryReports, Outlet } from './ports.ts'

/** What a driver's connection asks for: parcels in all, and leases that it has not answered. */
export type DriverSizes = Omit<Room, 'bytes'>

export interface DriverGripsParts {
  readonly reports: Pick<DeliveryReports, 'handedOver' | 'ignored'>
  readonly now: () => number
  readonly options: Pick<DeliveryOptions, 'ackTimeoutMs' | 'driverGraceMs' | 'windowBytes'>
  readonly board: Board
  readonly writer: LeaseWriter
  /** A driver has come that may have room. */
  roomed(): void
}

export class DriverGrips {
  readonly #parts: DriverGripsParts
  readonly #board: Board
  readonly #writer: LeaseWriter
  readonly #outlets = new Map<string, Outlet>()
  /** When an absent driver's grace ends. */
  readonly #graceEnds = new Map<string, number>()

  constructor(parts: DriverGripsParts) {
    this.#parts = parts
    this.#board = parts.board
    this.#writer = parts.writer
  }

  /** A driver's connection takes over: it gets its leases again, those that fit its window; the others go back to the fleet. */
  attach(driver: string, outlet: Outlet, sizes: DriverSizes): Delivery {
    const room = { ...sizes, bytes: this.#parts.options.windowBytes }
    this.#outlets.set(driver, outlet)
    this.#graceEnds.delete(driver)
    this.#board.fleet.connect(driver, room)
    const leases = this.#board.leasesOf(driver).filter((record) => !this.#writer.isSettling(keyOf(record)))
    const fitting = fittingCount(leases, room)
    if (fitting > 0) this.#handTo(driver, outlet, leases.slice(0, fitting))
    const back = { what: 'driver-away', reason: 'its window has become smaller' } as const
    this.#writer.giveBack(this.#writer.giving(leases.slice(fitting), back))
    this.#parts.roomed()
    const isCurrent = () => this.#outlets.get(driver) === outlet
    return {
      acknowledge: (tokens) => this.#acknowledge(driver, isCurrent() ? tokens : [], tokens.length),
      reject: (rejections) => this.#reject(driver, isCurrent() ? rejections : [], rejections.length),
      detach: () => isCurrent() && this.#detach(driver),
    }
  }

  #detach(driver: string): void {
    this.#outlets.delete(driver)
    this.#board.suspend(driver)
    this.#board.fleet.disconnect(driver)
    if (this.#board.fleet.heldBy(driver).length > 0) this.#startGrace(driver)
  }

  /** The leased orders that the tokens name; the others of all that were sent are counted. */
  #leased(driver: string, tokens: readonly string[], sent: number): OrderRecord[] {
    const records = new Set<OrderRecord>()
    for (const token of tokens) {
      const record = this.#board.leased(driver, token)
      if (record !== undefined && !this.#writer.isSettling(keyOf(record))) records.add(record)
    }
    if (records.size < sent) this.#parts.reports.ignored(sent - records.size)
    return [...records]
  }

  #acknowledge(driver: string, tokens: readonly string[], sent: number): void {
    const records = this.#leased(driver, tokens, sent)
    if (records.length > 0) this.#writer.assign(records)
  }

  #reject(driver: string, rejections: readonly { entry: string; reason: string }[], sent: number): void {
    const reasons = new Map(rejections.map(({ entry, reason }) => [entry, reason]))
    const tokens = rejections.map(({ entry }) => entry)
    const giving = this.#leased(driver, tokens, sent).map((record) => {
      const reason = reasons.get(record.dispatch.lease!.token)!
      return { record, driver, back: { what: 'rejected', reason } } as const
    })
    this.#writer.giveBack(giving)
  }

  /** Hands leases to their drivers, a frame a driver; those of absent ones wait for them, for the grace time. */
  hand(leased: readonly OrderRecord[]): void {
    for (const [driver, records] of byHolder(leased)) {
      const outlet = this.#outlets.get(driver)
      if (outlet !== undefined) this.#handTo(driver, outlet, records)
      else if (!this.#graceEnds.has(driver)) this.#startGrace(driver)
    }
  }

  #handTo(driver: string, outlet: Outlet, records: readonly OrderRecord[]): void {
    const overdueMs = this.#parts.now() + this.#parts.options.ackTimeoutMs
    for (const record of records) this.#board.handed(keyOf(record), overdueMs)
    const handovers = records.map((record) => ({
      entry: pickupEntry(record),
      token: record.dispatch.lease!.token,
      attempt: record.dispatch.failures.length + 1,
    }))
    outlet.hand(handovers)
    this.#parts.reports.handedOver(handovers, driverId(driver))
  }

  /** The clocks of those who hold something and are away begin now, if they do not run. */
  startGraces(): void {
    for (const driver of this.#board.fleet.absentHolders())
      if (!this.#graceEnds.has(driver)) this.#startGrace(driver)
  }

  #startGrace(driver: string): void {
    this.#graceEnds.set(driver, this.#parts.now() + this.#parts.options.driverGraceMs)
  }

  /** Nobody waits for the driver here any more. */
  forget(driver: string): void {
    this.#graceEnds.delete(driver)
  }

  /** Absent drivers whose grace has ended, each once. One of whom a step is on its way to the disk is looked at again when it is asked next. */
  endedGraces(nowMs: number): string[] {
    const ended = [...this.#graceEnds].filter(([, endsMs]) => endsMs <= nowMs).map(([driver]) => driver)
    const settled = ended.filter(
      (driver) =>
        !this.#board.fleet
          .heldBy(driver)
          .some((order) => this.#writer.isSettling(order) || this.#board.isReserved(driver, order)),
    )
    for (const driver of settled) this.#graceEnds.delete(driver)
    return settled
  }
}

/**
 * Hands the fleet's pickups to drivers, one driver a pickup. A waiting pickup is leased durably, then handed over; the lease ends in an assignment (acknowledged, or reported in transit), or the
 * pickup comes back: rejected, not acknowledged in time, its driver away for longer than the grace time, released, or assigned without progress. What came back goes
 * to others first. Whatever changes an order is seen here when it is durable, through the board.
 */
import { driverId, FLEET, type OrderKey } from '../../shared/ids.ts'
import { declinersOf, pickupEntry } from '../domain/dispatch.ts'
import { type Entry, orderKeyOf, type Retry } from '../domain/entry.ts'
import { holderOf, keyOf, type OrderRecord } from '../domain/order-record.ts'
import type { Committed } from '../domain/work.ts'
import { Board } from './board.ts'
import { bytesOf } from './entry-bytes.ts'
import type { Room } from './fleet.ts'
import { fleetNewsOf } from './fleet-news.ts'
import { byHolder, fittingCount } from './lease-batches.ts'
import { type Lot, lease, mayAskAgain } from './lease-steps.ts'
import { type Giving, LeaseWriter } from './lease-writer.ts'
import type {
  Delivery,
  DeliveryLedger,
  DeliveryOptions,
  DeliveryReports,
  DeliveryTransaction,
  OtherHubs,
  Outlet,
} from './ports.ts'
import { QueueReader } from './queue-reader.ts'
import { moveFloor } from './queue-steps.ts'
import { retryPages } from './retry-pages.ts'

/** What a driver's connection asks for: parcels in all, and leases that it has not answered. */
export type DriverSizes = Omit<Room, 'bytes'>

export interface LeasingParts {
  readonly ledger: DeliveryLedger
  readonly reports: DeliveryReports
  readonly now: () => number
  readonly options: DeliveryOptions
  /** Null if there can be none. */
  readonly hubs: OtherHubs | null
}

const READ_AHEAD = 1000
/** Of pickups that were appended and wait for a driver with room. */
const HELD = 5000
const READ_AHEAD_BYTES = 4 * 1024 * 1024
const MOST_FROM_ELSEWHERE = 200

export class Leasing {
  readonly #parts: LeasingParts
  readonly #board = new Board()
  #isStopped = false
  #isLooking = false
  readonly #reader: QueueReader
  readonly #outlets = new Map<string, Outlet>()
  /** When an absent driver's grace ends. */
  readonly #graceEnds = new Map<string, number>()
  readonly writer: LeaseWriter
  /** Positions of the last pickup that was left in the queue, and of the last one that was announced. */
  #lastLeft = 0
  #lastAnnounced = 0

  /** @param floor of the fleet's queue */
  constructor(parts: LeasingParts, floor: number) {
    this.#parts = parts
    const refresh = (key: OrderKey, record: OrderRecord | undefined) => this.#refresh(key, record)
    this.writer = new LeaseWriter({ ...parts, board: this.#board, refresh })
    const queue = { participant: FLEET, after: floor, chunk: READ_AHEAD, most: HELD, bytes: READ_AHEAD_BYTES }
    this.#reader = new QueueReader(parts.ledger, queue, () => this.#lease())
  }

  /** Reads what drivers hold and what has come back. All clocks of theirs begin now: the time that the hub was down counts for nothing. */
  async start(): Promise<void> {
    const { ledger } = this.#parts
    const keys = [...(await ledger.heldOrders())]
    for await (const page of retryPages(ledger, FLEET, 0)) keys.push(...page.map(orderKeyOf))
    await this.load(keys)
    for (const driver of this.#board.fleet.absentHolders()) this.#startGrace(driver)
  }

  /** Orders that drivers hold whom this hub serves from now on. The clocks of those who are away begin now. */
  async adopt(orders: readonly OrderKey[]): Promise<void> {
    await this.load(orders)
    for (const driver of this.#board.fleet.absentHolders())
      if (!this.#graceEnds.has(driver)) this.#startGrace(driver)
  }

  /** Another hub serves the driver, and looks after what it holds. */
  disown(driver: string): void {
    this.#graceEnds.delete(driver)
    for (const key of this.#board.fleet.heldBy(driver)) {
      this.#board.untrack(key)
      this.#board.fleet.letGo(driver, key)
    }
  }

  /** Reads orders that are this hub's to look after. */
  load(orders: readonly OrderKey[]): Promise<void> {
    return new Promise((resolve) => {
      this.#parts.ledger.submit({
        orders,
        decide: (transaction) => {
          for (const record of orders.flatMap((key) => transaction.order(key) ?? [])) this.#track(record)
        },
        settled: resolve,
      })
    })
  }

  /** What others look after is no concern of this hub's, whoever writes about it. */
  #apply(record: OrderRecord): boolean {
    if (this.#isOurs(record)) return this.#track(record)
    this.#board.untrack(keyOf(record))
    return false
  }

  #isOurs(record: OrderRecord): boolean {
    const { hubs } = this.#parts
    const holder = holderOf(record)
    if (hubs === null) return true
    return holder === null ? this.#board.isTracked(keyOf(record)) : hubs.owns(driverId(holder))
  }

  /** An order was not as it was thought to be: another hub has changed it. */
  #refresh(key: OrderKey, record: OrderRecord | undefined): void {
    if (this.#parts.hubs === null) return
    if (record === undefined) this.#board.untrack(key)
    else this.#apply(record)
  }

  #track(record: OrderRecord): boolean {
    return this.#board.apply(record, this.#parts.now() + this.#parts.options.assignmentMs)
  }

  #startGrace(driver: string): void {
    this.#graceEnds.set(driver, this.#parts.now() + this.#parts.options.driverGraceMs)
  }

  /** Pickups that have just been accepted are leased in the same step, if none waits before them and somebody has room. The others wait until they are durable. */
  decided(transaction: DeliveryTransaction): void {
    const pickups = transaction.appendedTo(FLEET)
    const last = pickups.at(-1)
    if (last === undefined) return
    const leased = this.#hasNobodyWaiting() ? this.#leaseNew(transaction, pickups) : 0
    if (leased > 0) moveFloor(transaction, FLEET, pickups[leased - 1]!.position)
    if (leased < pickups.length) this.#lastLeft = last.position
  }

  #hasNobodyWaiting(): boolean {
    if (this.#isStopped || this.#lastAnnounced < this.#lastLeft || this.writer.isLeasing) return false
    return this.#reader.isAtEnd && this.#board.returnedCount < this.#parts.options.retryBound
  }

  /** @returns how many of them, the first ones */
  #leaseNew(transaction: DeliveryTransaction, pickups: readonly Entry[]): number {
    let leased = 0
    for (const entry of pickups) {
      const lot = this.#lotOf(entry)
      if (lot === null) break
      lease(transaction, lot)
      leased += 1
    }
    return leased
  }

  committed(committed: Committed): void {
    const pickups = committed.appended.get(FLEET)
    if (pickups !== undefined) {
      this.#lastAnnounced = pickups.at(-1)!.position
      this.#reader.appended(pickups)
    }
    const news = fleetNewsOf(committed, (key) => this.#board.isTracked(key))
    this.#handLeases(news.filter((record) => this.#apply(record)))
    this.#lease()
  }

  /** Hands leases to their drivers, a frame a driver; those of absent ones wait for them, for the grace time. */
  #handLeases(leased: readonly OrderRecord[]): void {
    for (const [driver, records] of byHolder(leased)) {
      const outlet = this.#outlets.get(driver)
      if (outlet !== undefined) this.#hand(driver, outlet, records)
      else if (!this.#graceEnds.has(driver)) this.#startGrace(driver)
    }
  }

  #hand(driver: string, outlet: Outlet, records: readonly OrderRecord[]): void {
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

  /** Leases all that somebody has room for. What is read from the queue is leased at once, so nothing is left at or below the last lot from it. */
  #lease(): void {
    if (this.#isStopped) return
    const lots = [...this.#lotsOfReturned(), ...this.#lotsOfQueue()]
    if (lots.length === 0) return
    const floor = lots.reduce((greatest, { position }) => Math.max(greatest, position), 0)
    this.writer.lease(lots, floor)
  }

  #lotsOfReturned(): Lot[] {
    const { fleet } = this.#board
    if (!fleet.hasFree || this.#board.returnedCount === 0) return []
    const nowMs = this.#parts.now()
    return this.#board.returned().flatMap((record) => {
      if (this.writer.isSettling(keyOf(record))) return []
      const isDue = mayAskAgain(record, nowMs, this.#parts.options)
      const entry = pickupEntry(record)
      const bytes = bytesOf(entry.payload)
      const driver = fleet.candidate(record.dispatch.declined, isDue, bytes)
      return driver === null ? [] : [this.#offer(driver, entry, bytes)]
    })
  }

  /** At the bound of pickups that came back, no new ones are leased until those are dealt with. */
  #lotsOfQueue(): Lot[] {
    const lots: Lot[] = []
    while (this.#board.fleet.hasFree && this.#board.returnedCount < this.#parts.options.retryBound) {
      const entry = this.#reader.peek()
      const lot = entry === undefined ? null : this.#lotOf(entry)
      if (lot === null) break
      this.#reader.shift()
      lots.push(lot)
    }
    return lots
  }

  /** Offers a pickup that is new to the driver whose turn it is; null if nobody has room for it. */
  #lotOf(entry: Entry): Lot | null {
    const bytes = bytesOf(entry.payload)
    const driver = this.#board.fleet.candidate([], false, bytes)
    return driver === null ? null : this.#offer(driver, entry, bytes)
  }

  #offer(driver: string, entry: Entry, bytes: number): Lot {
    const order = orderKeyOf(entry)
    this.#board.fleet.offer(driver, order, bytes)
    return { order, position: entry.position, driver }
  }

  /** A driver's connection takes over: it gets its leases again, those that fit its window; the others go back to the fleet. */
  attach(driver: string, outlet: Outlet, sizes: DriverSizes): Delivery {
    const room = { ...sizes, bytes: this.#parts.options.windowBytes }
    this.#outlets.set(driver, outlet)
    this.#graceEnds.delete(driver)
    this.#board.fleet.connect(driver, room)
    const leases = this.#board.leasesOf(driver).filter((record) => !this.writer.isSettling(keyOf(record)))
    const fitting = fittingCount(leases, room)
    if (fitting > 0) this.#hand(driver, outlet, leases.slice(0, fitting))
    const back = { what: 'driver-away', reason: 'its window has become smaller' } as const
    this.writer.giveBack(this.#giving(leases.slice(fitting), back))
    this.#lease()
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
      if (record !== undefined && !this.writer.isSettling(keyOf(record))) records.add(record)
    }
    if (records.size < sent) this.#parts.reports.ignored(sent - records.size)
    return [...records]
  }

  #acknowledge(driver: string, tokens: readonly string[], sent: number): void {
    const records = this.#leased(driver, tokens, sent)
    if (records.length > 0) this.writer.assign(records)
  }

  #reject(driver: string, rejections: readonly { entry: string; reason: string }[], sent: number): void {
    const reasons = new Map(rejections.map(({ entry, reason }) => [entry, reason]))
    const tokens = rejections.map(({ entry }) => entry)
    const giving = this.#leased(driver, tokens, sent).map((record) => {
      const reason = reasons.get(record.dispatch.lease!.token)!
      return { record, driver, back: { what: 'rejected', reason } } as const
    })
    this.writer.giveBack(giving)
  }

  /** To be called every now and then: ends what is overdue, asks again who may be asked again. */
  tick(): void {
    const nowMs = this.#parts.now()
    const away = this.#endedGraces(nowMs).flatMap((driver) => this.#board.leasesOf(driver))
    this.writer.giveBack([
      ...this.#giving(this.#board.overdueLeases(nowMs), {
        what: 'not-acknowledged',
        reason: 'not acknowledged in time',
      }),
      ...this.#giving(this.#board.overdueAssignments(nowMs), {
        what: 'assignment-expired',
        reason: 'no progress',
      }),
      ...this.#giving(away, { what: 'driver-away', reason: 'the driver is away' }),
    ])
    this.#lease()
    this.#leaseFromElsewhere()
  }

  /** Drivers that have room, and nothing waits here: perhaps it does with a hub that has no driver for it, or is gone. Of two hubs that lease the same pickup the order's version lets one. */
  #leaseFromElsewhere(): void {
    const { hubs } = this.#parts
    const { fleet } = this.#board
    if (hubs === null || this.#isLooking || this.#isStopped || !fleet.hasFree || !this.#reader.isAtEnd) return
    this.#isLooking = true
    hubs.waitingElsewhere(Math.min(fleet.freeRoom, MOST_FROM_ELSEWHERE)).then(
      (entries) => {
        this.#isLooking = false
        const lots = entries.flatMap((entry) => this.#lotFromElsewhere(entry) ?? [])
        if (lots.length > 0) this.writer.lease(lots, 0)
      },
      // Whoever owns the ledger has been told, and ends the hub.
      () => {},
    )
  }

  #lotFromElsewhere(entry: Entry | Retry): Lot | null {
    if (this.writer.isSettling(orderKeyOf(entry)) || this.#isStopped) return null
    const bytes = bytesOf(entry.payload)
    const isDue = !('dueMs' in entry) || entry.dueMs <= this.#parts.now()
    const driver = this.#board.fleet.candidate(declinersOf(entry), isDue, bytes)
    return driver === null ? null : this.#offer(driver, entry, bytes)
  }

  /** What the other hubs are told: parcels that the drivers here could take, and pickups for which there is nobody. */
  get state(): { free: number; waiting: number } {
    const waiting = this.#board.returnedCount + (this.#reader.isAtEnd ? 0 : 1)
    return { free: this.#isStopped ? 0 : this.#board.fleet.freeRoom, waiting: this.#isStopped ? 0 : waiting }
  }

  #giving(records: readonly OrderRecord[], back: Giving['back']): Giving[] {
    return records
      .filter((record) => !this.writer.isSettling(keyOf(record)))
      .map((record) => ({ record, driver: holderOf(record)!, back }))
  }

  /** A driver whose grace ends while a step of its is on its way to the disk is looked at again at the next tick. */
  #endedGraces(nowMs: number): string[] {
    const ended = [...this.#graceEnds].filter(([, endsMs]) => endsMs <= nowMs).map(([driver]) => driver)
    const settled = ended.filter(
      (driver) =>
        !this.heldBy(driver).some(
          (order) => this.writer.isSettling(order) || this.#board.isReserved(driver, order),
        ),
    )
    for (const driver of settled) this.#graceEnds.delete(driver)
    return settled
  }

  /** Orders that a driver holds: leased, assigned and in transit. */
  heldBy(driver: string): readonly OrderKey[] {
    return this.#board.fleet.heldBy(driver)
  }

  /** An operator stops pickups for one driver, which keeps what it holds, or lets them go on. */
  pauseDriver(driver: string, isPaused: boolean): void {
    this.#board.fleet.pause(driver, isPaused)
    if (!isPaused) this.#lease()
  }

  /** The same for all drivers. */
  pauseFleet(isPaused: boolean): void {
    this.#isStopped = isPaused
    this.#lease()
  }

  /** What drivers hold, as it is now. */
  get board(): Pick<Board, 'counts' | 'fleet' | 'parcelsOf'> {
    return this.#board
  }

  /** Pickups that are leased and not yet acknowledged. */
  get leasedCount(): number {
    return this.#board.leasedCount
  }
}

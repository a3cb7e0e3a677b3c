/**
 * Hands the fleet's pickups to drivers, one driver a pickup. A waiting pickup is leased durably, then handed over; the lease ends in an assignment (acknowledged, or reported in transit), or the
 * pickup comes back: rejected, not acknowledged in time, its driver away for longer than the grace time, released, or assigned without progress. What came back goes
 * to others first. Whatever changes an order is seen here when it is durable, through the board.
 */
import { driverId, FLEET, type OrderKey } from '../../shared/ids.ts'
import { type Entry, orderKeyOf } from '../domain/entry.ts'
import { holderOf, keyOf, type OrderRecord } from '../domain/order-record.ts'
import type { Committed } from '../domain/work.ts'
import { Board } from './board.ts'
import { DriverGrips, type DriverSizes } from './driver-grips.ts'
import { fleetNewsOf } from './fleet-news.ts'
import { lease } from './lease-steps.ts'
import { LeaseWriter } from './lease-writer.ts'
import { Lots } from './lots.ts'
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
  readonly writer: LeaseWriter
  readonly #grips: DriverGrips
  readonly #lots: Lots
  /** Positions of the last pickup that was left in the queue, and of the last one that was announced. */
  #lastLeft = 0
  #lastAnnounced = 0

  /** @param floor of the fleet's queue */
  constructor(parts: LeasingParts, floor: number) {
    this.#parts = parts
    const refresh = (key: OrderKey, record: OrderRecord | undefined) => this.#refresh(key, record)
    this.writer = new LeaseWriter({ ...parts, board: this.#board, refresh })
    const common = { ...parts, board: this.#board, writer: this.writer }
    this.#grips = new DriverGrips({ ...common, roomed: () => this.#lease() })
    this.#lots = new Lots(common)
    const queue = { participant: FLEET, after: floor, chunk: READ_AHEAD, most: HELD, bytes: READ_AHEAD_BYTES }
    this.#reader = new QueueReader(parts.ledger, queue, () => this.#lease())
  }

  /** Reads what drivers hold and what has come back. All clocks of theirs begin now: the time that the hub was down counts for nothing. */
  async start(): Promise<void> {
    const { ledger } = this.#parts
    const keys = [...(await ledger.heldOrders())]
    for await (const page of retryPages(ledger, FLEET, 0)) keys.push(...page.map(orderKeyOf))
    await this.load(keys)
    this.#grips.startGraces()
  }

  /** Orders that drivers hold whom this hub serves from now on. The clocks of those who are away begin now. */
  async adopt(orders: readonly OrderKey[]): Promise<void> {
    await this.load(orders)
    this.#grips.startGraces()
  }

  /**
   * A driver has come whom another hub may have served meanwhile: reads what it holds, and what it held when this hub heard of it last. This hub need not have heard that it was gone.
   * @param held as the database has it since this hub serves the driver
   */
  catchUp(driver: string, held: readonly OrderKey[]): Promise<void> {
    const orders = [...new Set([...held, ...this.#board.fleet.heldBy(driver)])]
    return this.#read(orders, (order, record) => this.#refresh(order, record, driver))
  }

  /** Another hub has changed these orders: those that are looked after here are read anew. */
  relook(orders: readonly OrderKey[]): void {
    const ours = orders.filter((order) => this.#board.isTracked(order))
    if (ours.length > 0) void this.#read(ours, (order, record) => this.#refresh(order, record))
  }

  /** @param take called for each as it lies on disk */
  #read(
    orders: readonly OrderKey[],
    take: (order: OrderKey, record: OrderRecord | undefined) => void,
  ): Promise<void> {
    const found = new Map<OrderKey, OrderRecord | undefined>()
    return new Promise((resolve) => {
      this.#parts.ledger.submit({
        orders,
        decide: (transaction) => {
          for (const order of orders) found.set(order, transaction.order(order))
        },
        settled: () => {
          for (const [order, record] of found) take(order, record)
          resolve()
        },
      })
    })
  }

  /** Another hub serves the driver, and looks after what it holds. */
  disown(driver: string): void {
    this.#grips.forget(driver)
    for (const key of this.#board.fleet.heldBy(driver)) {
      this.#board.untrack(key)
      this.#board.fleet.letGo(driver, key)
    }
  }

  /** Reads orders that are this hub's to look after. */
  load(orders: readonly OrderKey[]): Promise<void> {
    return this.#read(orders, (_, record) => {
      if (record !== undefined && this.#track(record)) this.#grips.hand([record])
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

  /**
   * An order was not as it was thought to be. A lease that is written with the same group is known from here on, and so is handed from here [PQ27].
   * @param coming a driver that is about to be handed all its leases
   */
  #refresh(key: OrderKey, record: OrderRecord | undefined, coming: string | null = null): void {
    if (this.#parts.hubs === null) return
    if (record === undefined) this.#board.untrack(key)
    else if (this.#apply(record) && holderOf(record) !== coming) this.#grips.hand([record])
  }

  #track(record: OrderRecord): boolean {
    return this.#board.apply(record, this.#parts.now() + this.#parts.options.assignmentMs)
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
      const lot = this.#lots.of(entry)
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
    this.#grips.hand(news.filter((record) => this.#apply(record)))
    this.#lease()
  }

  /** Leases all that somebody has room for. What is read from the queue is leased at once, so nothing is left at or below the last lot from it. */
  #lease(): void {
    if (this.#isStopped) return
    const lots = [...this.#lots.ofReturned(), ...this.#lots.ofQueue(this.#reader)]
    if (lots.length === 0) return
    const floor = lots.reduce((greatest, { position }) => Math.max(greatest, position), 0)
    this.writer.lease(lots, floor)
  }

  /** To be called every now and then: ends what is overdue, asks again who may be asked again. */
  tick(): void {
    const nowMs = this.#parts.now()
    const away = this.#grips.endedGraces(nowMs).flatMap((driver) => this.#board.leasesOf(driver))
    this.writer.giveBack([
      ...this.writer.giving(this.#board.overdueLeases(nowMs), {
        what: 'not-acknowledged',
        reason: 'not acknowledged in time',
      }),
      ...this.writer.giving(this.#board.overdueAssignments(nowMs), {
        what: 'assignment-expired',
        reason: 'no progress',
      }),
      ...this.writer.giving(away, { what: 'driver-away', reason: 'the driver is away' }),
    ])
    this.#lease()
    this.leaseFromElsewhere()
  }

  /** Drivers that have room, and nothing waits here: perhaps it does with a hub that has no driver for it, or is gone. Of two hubs that lease the same pickup the order's version lets one. */
  leaseFromElsewhere(): void {
    const { hubs } = this.#parts
    const { fleet } = this.#board
    if (hubs === null || this.#isLooking || this.#isStopped || !fleet.hasFree || !this.#reader.isAtEnd) return
    this.#isLooking = true
    hubs.waitingElsewhere(Math.min(fleet.freeRoom, MOST_FROM_ELSEWHERE)).then(
      (entries) => {
        this.#isLooking = false
        const lots = this.#isStopped ? [] : entries.flatMap((entry) => this.#lots.fromElsewhere(entry) ?? [])
        if (lots.length > 0) this.writer.lease(lots, 0)
      },
      // Whoever owns the ledger has been told, and ends the hub.
      () => {},
    )
  }

  /** What the other hubs are told: parcels that the drivers here could take, and take in all, and pickups for which there is nobody. */
  get state(): { free: number; capacity: number; waiting: number } {
    if (this.#isStopped) return { free: 0, capacity: 0, waiting: 0 }
    const { freeRoom: free, capacity } = this.#board.fleet
    return { free, capacity, waiting: this.#board.returnedCount + (this.#reader.isAtEnd ? 0 : 1) }
  }

  /** A driver's connection takes over: see `DriverGrips`. */
  attach(driver: string, outlet: Outlet, sizes: DriverSizes): Delivery {
    return this.#grips.attach(driver, outlet, sizes)
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

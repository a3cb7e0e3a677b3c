/**
 * Brings what the ledger has committed to whoever it concerns: vendors' queues to their connections, pickups to the fleet. It knows no sender and no socket.
 */
import { type Clock, every } from '../../shared/clock.ts'
import { driverOf, FLEET, type OrderKey, type ParticipantId } from '../../shared/ids.ts'
import type { Entry } from '../domain/entry.ts'
import type { Erasure } from '../domain/erasure.ts'
import { owedTo, type ParticipantRecord } from '../domain/participant.ts'
import { AttachedQueue, type AttachedQueueParts } from './attached-queue.ts'
import type { DriverSizes } from './driver-grips.ts'
import { Erasures } from './erasures.ts'
import { Leasing } from './leasing.ts'
import { Pauses } from './pauses.ts'
import type {
  Delivery,
  DeliveryLedger,
  DeliveryOptions,
  DeliveryReports,
  OtherHubs,
  Outlet,
} from './ports.ts'

export interface DispatcherParts {
  readonly ledger: DeliveryLedger
  readonly reports: DeliveryReports
  readonly clock: Clock
  readonly options: DeliveryOptions
  /** Null if there can be none. */
  readonly hubs: OtherHubs | null
}

/** How late an overdue or due entry may be noticed. One timer for all: none an event, none a connection. */
const TICK_MS = 250

export class Dispatcher {
  readonly #parts: DispatcherParts
  readonly #queueParts: AttachedQueueParts
  readonly #queues = new Map<ParticipantId, AttachedQueue>()
  /** Queues that are not at rest: the others have nothing that could be overdue or due. */
  readonly #busy = new Set<AttachedQueue>()
  /**
   * Of participants whose connection is about to come: those for whom nothing waited, and nothing was announced since. Who is missing here has its queue read, and so anybody may be forgotten at any
   * time.
   */
  readonly #expected = new Set<ParticipantId>()
  readonly leasing: Leasing
  readonly erasures = new Erasures()
  readonly pauses = new Pauses()
  readonly #tally = { inFlight: 0 }
  #stop: (() => void)[] = []

  /** @param fleetFloor at or below which nothing lies in the fleet's queue */
  constructor(parts: DispatcherParts, fleetFloor: number) {
    const { ledger, reports, clock, options } = parts
    const now = () => clock.now()
    this.#parts = parts
    this.#queueParts = {
      ledger,
      reports,
      options,
      now,
      erasures: this.erasures,
      pauses: this.pauses,
      tally: this.#tally,
      isShared: parts.hubs !== null,
      detached: (queue) => this.#detached(queue),
    }
    this.leasing = new Leasing({ ...parts, now }, fleetFloor)
  }

  async start(): Promise<void> {
    await this.leasing.start()
    this.#stop = [
      this.#parts.ledger.onDecided((transaction) => this.leasing.decided(transaction)),
      this.#parts.ledger.onCommitted((committed) => {
        for (const [participant, entries] of committed.appended) this.#appended(participant, entries)
        this.leasing.committed(committed)
        this.erasures.committed(committed.orders)
      }),
      every(this.#parts.clock, TICK_MS, () => this.#tick()),
    ]
  }

  #appended(participant: ParticipantId, entries: readonly Entry[]): void {
    this.#expected.delete(participant)
    const queue = this.#queues.get(participant)
    if (queue === undefined) return
    this.#busy.add(queue)
    queue.appended(entries)
  }

  #tick(): void {
    // Their connections come within a turn or two, or have gone.
    this.#expected.clear()
    for (const queue of this.#busy) {
      queue.tick()
      if (queue.isAtRest) this.#busy.delete(queue)
    }
    this.leasing.tick()
  }

  /**
   * A connection of this participant is about to come. MUST be called when the work that has read its row settles: what comes to the queue after that row is then announced later than now, and an empty
   * queue need not be read.
   */
  expect(participant: ParticipantRecord): void {
    if (this.#parts.hubs === null && owedTo(participant) === 0) this.#expected.add(participant.id)
  }

  /** A vendor's connection takes over its queue; an older connection's delivery must have been detached. */
  attachQueue(participant: ParticipantRecord, outlet: Outlet, windowEntries: number): Delivery {
    const isEmpty = this.#expected.delete(participant.id)
    const queue = new AttachedQueue(this.#queueParts, { participant, outlet, windowEntries }, { isEmpty })
    this.#queues.set(participant.id, queue)
    if (!queue.isAtRest) this.#busy.add(queue)
    return queue
  }

  #detached(queue: AttachedQueue): void {
    this.#busy.delete(queue)
    if (this.#queues.get(queue.participant) === queue) this.#queues.delete(queue.participant)
  }

  attachDriver(driver: string, outlet: Outlet, sizes: DriverSizes): Delivery {
    return this.leasing.attach(driver, outlet, sizes)
  }

  /** Stops delivery to a participant, or of pickups (`FLEET`), until `resume`. Nobody but `KeptPauses` remembers it. @returns false if there is nothing to change */
  pause(participant: ParticipantId, sinceMs = this.#parts.clock.now()): boolean {
    const isNew = this.pauses.add(participant, sinceMs)
    if (isNew) this.#pauseLeasing(participant, true)
    return isNew
  }

  resume(participant: ParticipantId): boolean {
    if (!this.pauses.delete(participant)) return false
    this.#pauseLeasing(participant, false)
    this.#queues.get(participant)?.resume()
    return true
  }

  #pauseLeasing(participant: ParticipantId, isPaused: boolean): void {
    const driver = driverOf(participant)
    if (participant === FLEET) this.leasing.pauseFleet(isPaused)
    else if (driver !== null) this.leasing.pauseDriver(driver, isPaused)
  }

  /** Another hub has erased these orders. */
  erased(orders: readonly { readonly order: OrderKey; readonly erasure: Erasure }[]): void {
    for (const { order, erasure } of orders) this.erasures.note(order, erasure)
    this.leasing.relook(orders.map(({ order }) => order))
  }

  /** Entries that are handed over to vendors and not yet answered; leases of drivers are the board's. */
  get inFlight(): number {
    return this.#tally.inFlight
  }

  inFlightOf(participant: ParticipantId): number {
    const driver = driverOf(participant)
    return driver === null
      ? (this.#queues.get(participant)?.inFlight ?? 0)
      : this.leasing.board.fleet.unanswered(driver)
  }

  /** When the oldest event at hand for a vendor was accepted, ISO 8601; null if none is. */
  oldestTimeOf(participant: ParticipantId): string | null {
    return this.#queues.get(participant)?.oldestTime ?? null
  }

  /** Queues of connected vendors that are not at rest. The iterator may be kept: who comes meanwhile is at its end. */
  busyQueues(): IterableIterator<Pick<AttachedQueue, 'participant' | 'oldestTime' | 'isPaused'>> {
    return this.#busy.values()
  }

  /** Participants whose delivery is paused at the bound of retries. */
  paused(): ParticipantId[] {
    return [...this.#busy].filter(({ isPaused }) => isPaused).map(({ participant }) => participant)
  }

  stop(): void {
    for (const stop of this.#stop.splice(0)) stop()
  }
}

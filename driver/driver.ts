/**
 * A driver: takes the parcels that it is handed, carries as many at a time as it has room for, the rest wait with it. At every welcome it asks the hub which
 * parcels are its own, so that one started again finds them and finishes them; and again while what an earlier process left in the outbox is unanswered.
 *
 * A parcel: assigned --in-transit confirmed--> in transit --travel time, delivered confirmed--> gone. A refusal for good ends it at any point: another driver
 * has it, or it is done.
 */
import { type Clock, every } from '../shared/clock.ts'
import { CODES } from '../shared/codes.ts'
import { Fault, messageOf } from '../shared/fault.ts'
import { type OrderKey, orderKey } from '../shared/ids.ts'
import type { Link, LinkStatus } from '../shared/link/api.ts'
import type { Log } from '../shared/log.ts'
import type { Progress } from '../shared/messages.ts'
import { Newest } from '../shared/newest.ts'
import type { Assignment } from '../shared/protocol.ts'
import type { EventLog } from '../shared/rate-limited-log.ts'
import type { DriverReport } from '../shared/run-report.ts'
import { positionAt, routeOf } from './route.ts'

const POSITION_PERIOD_MS = 1000
const ASK_AGAIN_MS = 1000
/** An answer about assignments can be older than the last deliveries; more of them than these do not happen while it is on its way. */
const DELIVERED_KEPT = 20_000

export interface DriverParts {
  readonly link: Pick<Link, 'publish' | 'on' | 'onStatus' | 'counts' | 'assignments' | 'position'>
  readonly clock: Clock
  readonly log: Log
  readonly eventLog: EventLog
}

export interface DriverWork {
  readonly participant: string
  /** Parcels carried at a time. */
  readonly capacity: number
  readonly travelMs: number
}

interface Parcel {
  readonly key: OrderKey
  readonly progress: Progress
  state: Assignment['state']
  /** When its way to the door began; null before. */
  departedMs: number | null
  cancelTravel: () => void
}

export class Driver {
  readonly #parts: DriverParts
  readonly #work: DriverWork
  /** All that it has, in the order in which it came. */
  readonly #parcels = new Map<OrderKey, Parcel>()
  /** Of these, the ones on board; the others wait for room. */
  readonly #onBoard = new Set<Parcel>()
  readonly #delivered = new Newest<OrderKey>(DELIVERED_KEPT)
  #cancelPositions = () => {}
  #cancelAsking = () => {}
  #isStopped = false
  /** Events of its own that the hub has not answered. */
  #publishing = 0
  #counts = { pickedUp: 0, delivered: 0, dropped: 0 }

  constructor(parts: DriverParts, work: DriverWork) {
    this.#parts = parts
    this.#work = work
  }

  start(): void {
    const { link, clock } = this.#parts
    link.on('pickup', ({ payload }) => this.#take({ ...payload, state: 'assigned' }))
    link.onStatus((status) => this.#followStatus(status))
    this.#cancelPositions = every(clock, POSITION_PERIOD_MS, () => this.#sendPosition())
  }

  /** Goes no further with any parcel. They stay this driver's, and are finished when it is started again. */
  stop(): void {
    this.#isStopped = true
    this.#cancelAsking()
    this.#cancelPositions()
    for (const parcel of this.#onBoard) parcel.cancelTravel()
  }

  report(): DriverReport {
    const { handled, repeatsDropped, redelivered } = this.#parts.link.counts()
    return {
      actor: 'driver',
      participant: this.#work.participant,
      ...this.#counts,
      carrying: this.#parcels.size,
      handled,
      repeatsDropped,
      redelivered,
    }
  }

  #followStatus({ kind }: LinkStatus): void {
    this.#cancelAsking()
    if (kind === 'connected') void this.#findAssignments()
  }

  async #findAssignments(): Promise<void> {
    try {
      const before = this.#parcels.size
      // An event that an earlier process left behind may make a parcel ours when the hub takes it, which is after this answer.
      const mayBeMore = this.#parts.link.counts().unconfirmed > this.#publishing
      for (const assignment of await this.#parts.link.assignments()) this.#take(assignment)
      const found = this.#parcels.size - before
      if (found > 0)
        this.#parts.log.info(`DRIVER: goes on with ${found} open ${found === 1 ? 'parcel' : 'parcels'}`)
      if (mayBeMore) this.#askAgain()
    } catch (thrown) {
      this.#parts.log.debug(`DRIVER: could not ask for its parcels: ${messageOf(thrown)}`)
      this.#askAgain()
    }
  }

  #askAgain(): void {
    if (!this.#isStopped)
      this.#cancelAsking = this.#parts.clock.after(ASK_AGAIN_MS, () => void this.#findAssignments())
  }

  #take({ store, orderId, state }: Pick<Assignment, 'store' | 'orderId' | 'state'>): void {
    const key = orderKey(store, orderId)
    if (this.#isStopped || this.#parcels.has(key) || this.#delivered.has(key)) return
    const progress = { store, orderId }
    this.#parcels.set(key, { key, progress, state, departedMs: null, cancelTravel: () => {} })
    this.#fillRoom()
  }

  #fillRoom(): void {
    for (const parcel of this.#parcels.values()) {
      if (this.#onBoard.size >= this.#work.capacity) return
      if (!this.#onBoard.has(parcel)) void this.#carry(parcel)
    }
  }

  async #carry(parcel: Parcel): Promise<void> {
    this.#onBoard.add(parcel)
    try {
      if (parcel.state === 'assigned') await this.#pickUp(parcel)
      await this.#travel(parcel)
      await this.#deliver(parcel)
    } catch (thrown) {
      if (!this.#mayDrop(parcel, thrown)) return
    }
    this.#onBoard.delete(parcel)
    this.#parcels.delete(parcel.key)
    this.#fillRoom()
  }

  async #pickUp(parcel: Parcel): Promise<void> {
    const { log, eventLog } = this.#parts
    await this.#publish('in-transit', parcel)
    parcel.state = 'in-transit'
    this.#counts.pickedUp += 1
    eventLog.event('picked up', () => log.info(`DRIVER: picked up ${parcel.progress.orderId}`))
  }

  /** Never resolves once the driver is stopped. */
  #travel(parcel: Parcel): Promise<void> {
    parcel.departedMs = this.#parts.clock.now()
    return new Promise((arrived) => {
      if (!this.#isStopped) parcel.cancelTravel = this.#parts.clock.after(this.#work.travelMs, arrived)
    })
  }

  async #deliver(parcel: Parcel): Promise<void> {
    const { log, eventLog } = this.#parts
    await this.#publish('delivered', parcel)
    this.#delivered.add(parcel.key)
    this.#counts.delivered += 1
    eventLog.event('delivered', () => log.info(`DRIVER: delivered ${parcel.progress.orderId}`))
  }

  async #publish(event: 'in-transit' | 'delivered', { progress }: Parcel): Promise<void> {
    this.#publishing += 1
    await this.#parts.link.publish(event, progress).finally(() => {
      this.#publishing -= 1
    })
  }

  /** Did the hub refuse the parcel's event? Otherwise it is still ours, and only the link has ended. */
  #mayDrop(parcel: Parcel, thrown: unknown): boolean {
    if (!(thrown instanceof Fault) || !Object.hasOwn(CODES, thrown.code)) return false
    this.#counts.dropped += 1
    this.#parts.log.warn(`DRIVER: gives up ${parcel.progress.orderId}: ${thrown.message} (${thrown.code})`)
    return true
  }

  #sendPosition(): void {
    const [parcel] = this.#onBoard
    if (parcel === undefined) return
    const { store, orderId } = parcel.progress
    const elapsedMs = parcel.departedMs === null ? 0 : this.#parts.clock.now() - parcel.departedMs
    this.#parts.link.position(positionAt(routeOf(store, orderId), elapsedMs, this.#work.travelMs))
  }
}

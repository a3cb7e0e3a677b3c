/**
 * A driver: takes the parcels that it is handed and carries them in tours: first to the stores, whose parcels it takes on board while it has room, then from door to door, always to the nearest. What has no room waits for the next
 * tour. At every welcome it asks the hub which parcels are its own, so that one started again finds them and finishes them; and again while what an earlier process left in the outbox is unanswered.
 *
 * A parcel: assigned --at the store, in-transit confirmed--> in transit --at the door, delivered confirmed--> gone. It waits at the store for the hub's word, since it is nobody's before; at the door it drives on. A refusal for good ends
 * a parcel at any point: another driver has it, or it is done.
 */
import { type Clock, every } from '../shared/clock.ts'
import { CODES } from '../shared/codes.ts'
import { Fault, messageOf } from '../shared/fault.ts'
import { type OrderKey, orderKey } from '../shared/ids.ts'
import type { Link, LinkStatus } from '../shared/link/api.ts'
import type { Log } from '../shared/log.ts'
import type { Position, Progress } from '../shared/messages.ts'
import { Newest } from '../shared/newest.ts'
import type { Assignment } from '../shared/protocol.ts'
import type { EventLog } from '../shared/rate-limited-log.ts'
import type { DriverReport } from '../shared/run-report.ts'
import { nearestTo, type Places, placeOf, placesOf, positionAt, type Route, routeBetween } from './route.ts'

/** A tour has stops that are hardly a second apart: with fewer positions it would be seen to cut corners. */
const POSITION_PERIOD_MS = 500
/** No timer is shorter: a way that is counts for nothing. */
const SHORTEST_MS = 1
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
  /** Of a way of mean length, from one stop to the next. */
  readonly travelMs: number
}

interface Parcel {
  readonly key: OrderKey
  readonly progress: Progress
  readonly places: Places
  /** Where it has to be taken; null while the hub's word is awaited, and for ever if that cannot come. */
  next: keyof Places | null
}

export class Driver {
  readonly #parts: DriverParts
  readonly #work: DriverWork
  /** All that it has, in the order in which it came. */
  readonly #parcels = new Map<OrderKey, Parcel>()
  /** Of these, the ones on board; the others wait for room. */
  readonly #onBoard = new Set<Parcel>()
  readonly #delivered = new Newest<OrderKey>(DELIVERED_KEPT)
  #place: Position
  /** On the way; null while it stands at `#place`. */
  #way: { readonly route: Route; readonly departedMs: number } | null = null
  #isDriving = false
  #cancelTravel = () => {}
  #cancelPositions = () => {}
  #cancelAsking = () => {}
  #isStopped = false
  /** Events of its own that the hub has not answered. */
  #publishing = 0
  #counts = { pickedUp: 0, delivered: 0, dropped: 0 }

  constructor(parts: DriverParts, work: DriverWork) {
    this.#parts = parts
    this.#work = work
    this.#place = placeOf(work.participant)
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
    this.#cancelTravel()
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

  #take(assignment: Assignment): void {
    const { store, orderId, state } = assignment
    const key = orderKey(store, orderId)
    if (this.#isStopped || this.#parcels.has(key) || this.#delivered.has(key)) return
    const next = state === 'assigned' ? 'store' : 'door'
    this.#parcels.set(key, { key, progress: { store, orderId }, places: placesOf(assignment), next })
    void this.#drive()
  }

  /** Goes from stop to stop as long as there is one; called whenever there may be one again. */
  async #drive(): Promise<void> {
    if (this.#isDriving) return
    this.#isDriving = true
    for (let stop = this.#nextStop(); stop !== null; stop = this.#nextStop()) {
      await this.#travel(stop)
      await this.#callAt(stop)
    }
    this.#isDriving = false
  }

  #nextStop(): Position | null {
    if (this.#isStopped) return null
    const stop = this.#nearest('store') ?? this.#nearest('door')
    if (stop !== null) return stop
    this.#board()
    return this.#nearest('store') ?? this.#nearest('door')
  }

  #nearest(kind: keyof Places): Position | null {
    const places = [...this.#onBoard].filter(({ next }) => next === kind).map(({ places }) => places[kind])
    return nearestTo(this.#place, places)
  }

  #board(): void {
    for (const parcel of this.#parcels.values()) {
      if (this.#onBoard.size >= this.#work.capacity) return
      this.#onBoard.add(parcel)
    }
  }

  /** Never resolves once the driver is stopped. */
  #travel(to: Position): Promise<void> {
    const { clock } = this.#parts
    const route = routeBetween(this.#place, to, this.#work.travelMs)
    this.#way = { route, departedMs: clock.now() }
    return new Promise((resolve) => {
      const arrive = () => {
        this.#place = to
        this.#way = null
        resolve()
      }
      if (route.durationMs < SHORTEST_MS) arrive()
      else this.#cancelTravel = clock.after(route.durationMs, arrive)
    })
  }

  async #callAt(stop: Position): Promise<void> {
    const isHere = ({ lat, lng }: Position) => lat === stop.lat && lng === stop.lng
    const isDueAt = (kind: keyof Places) => (parcel: Parcel) =>
      parcel.next === kind && isHere(parcel.places[kind])
    for (const parcel of [...this.#onBoard].filter(isDueAt('door')))
      void this.#deliver(parcel).catch((thrown) => this.#fail(parcel, thrown))
    if (![...this.#onBoard].some(isDueAt('store'))) return
    // Whatever has come meanwhile joins the tour, as long as it is among the stores.
    this.#board()
    const due = [...this.#onBoard].filter(isDueAt('store'))
    await Promise.all(due.map((parcel) => this.#pickUp(parcel).catch((thrown) => this.#fail(parcel, thrown))))
  }

  async #pickUp(parcel: Parcel): Promise<void> {
    const { log, eventLog } = this.#parts
    parcel.next = null
    await this.#publish('in-transit', parcel)
    parcel.next = 'door'
    this.#counts.pickedUp += 1
    eventLog.event('picked up', () => log.info(`DRIVER: picked up ${parcel.progress.orderId}`))
  }

  async #deliver(parcel: Parcel): Promise<void> {
    const { log, eventLog } = this.#parts
    parcel.next = null
    await this.#publish('delivered', parcel)
    this.#delivered.add(parcel.key)
    this.#counts.delivered += 1
    eventLog.event('delivered', () => log.info(`DRIVER: delivered ${parcel.progress.orderId}`))
    this.#remove(parcel)
  }

  #remove(parcel: Parcel): void {
    this.#onBoard.delete(parcel)
    this.#parcels.delete(parcel.key)
    void this.#drive()
  }

  async #publish(event: 'in-transit' | 'delivered', { progress }: Parcel): Promise<void> {
    this.#publishing += 1
    await this.#parts.link.publish(event, progress).finally(() => {
      this.#publishing -= 1
    })
  }

  /** If the hub has refused the parcel's event it is not ours; otherwise it still is, and only the link has ended. */
  #fail(parcel: Parcel, thrown: unknown): void {
    if (!(thrown instanceof Fault) || !Object.hasOwn(CODES, thrown.code)) return
    this.#counts.dropped += 1
    this.#parts.log.warn(`DRIVER: gives up ${parcel.progress.orderId}: ${thrown.message} (${thrown.code})`)
    this.#remove(parcel)
  }

  #sendPosition(): void {
    if (this.#onBoard.size > 0) this.#parts.link.position(this.#position())
  }

  #position(): Position {
    if (this.#way === null) return this.#place
    const { route, departedMs } = this.#way
    return positionAt(route, this.#parts.clock.now() - departedMs)
  }
}

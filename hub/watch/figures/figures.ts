/**
 * The hub in figures: sampled once a second for the course, whoever watches, and put together for the summary while somebody does. Whatever costs more than a few additions is looked at only then.
 */
import type { Course, Flow, Summary, System, Trouble } from '../../../shared/watch.ts'
import type { HubFigures, Share, Watched } from '../company/share.ts'
import {
  type CompanyView,
  connectionsOf,
  flowOf,
  hubRowsOf,
  ordersOf,
  troublesElsewhere,
} from '../company/sums.ts'
import type { Delivering, Disk, Presence } from '../feed-ports.ts'
import { Lasting } from '../troubles/lasting.ts'
import type { OldEvents } from '../troubles/old-events.ts'
import type { ParticipantTroubles } from '../troubles/participants.ts'
import type { SilentDrivers } from '../troubles/silent-drivers.ts'
import { worstOf } from '../troubles/worst.ts'
import { CourseRings } from './course.ts'
import type { Delays } from './delays.ts'
import { type FlowCounts, FlowMeter } from './flow.ts'
import type { Machine } from './machine.ts'
import type { Writes } from './writes.ts'

export interface FiguresParts {
  readonly counts: FlowCounts
  readonly delays: Delays
  readonly writes: Writes
  readonly machine: Machine
  readonly disk: Disk
  readonly presence: Presence
  readonly delivering: Delivering
  readonly participants: ParticipantTroubles
  readonly oldEvents: OldEvents
  readonly silentDrivers: SilentDrivers
  deliveredToday(): number
  now(): number
  readonly company: CompanyView
}

const TOLD_TROUBLES = 20
/** A write, and a turn of the event loop, that takes so long is noticed by whoever waits for it. */
const SLOW_WRITE_MS = 500
const SLOW_TURN_MS = 250

export class Figures {
  readonly #parts: FiguresParts
  readonly #meter: FlowMeter
  readonly #course = new CourseRings()
  readonly #slowDisk = new Lasting(SLOW_WRITE_MS)
  readonly #slowHub = new Lasting(SLOW_TURN_MS)
  #flow: Flow
  #sync: System['sync'] = null
  /** As they were at the end of the last second. */
  #own: HubFigures | null = null
  #watched: Watched | null = null

  constructor(parts: FiguresParts) {
    this.#parts = parts
    const nowMs = parts.now()
    this.#meter = new FlowMeter(parts.counts, nowMs)
    this.#flow = this.#meter.take(nowMs, { ready: 0, unacknowledged: 0 })
  }

  course(): Course {
    return this.#course.course()
  }

  /** A second is over. @param watchers 0: nobody here wants to know */
  second(watchers: number): Summary | null {
    const { now, delays, writes, company } = this.#parts
    const nowMs = now()
    this.#flow = this.#meter.take(nowMs, this.#levels())
    this.#own = this.#hubFigures(watchers)
    this.#course.add({ timeMs: nowMs, ...flowOf(this.#own, company, this.#flow.ready) })
    this.#sync = writes.take()
    this.#slowDisk.note(this.#sync?.p99Ms ?? null, nowMs)
    const isWatched = watchers > 0 || company.isWatchedElsewhere
    this.#watched = isWatched ? this.#look(nowMs) : null
    const summary = watchers === 0 ? null : this.#summary(this.#own, this.#watched!)
    delays.turn()
    return summary
  }

  #levels(): Pick<Flow, 'ready' | 'unacknowledged'> {
    const { delivering, participants } = this.#parts
    const { inFlight, fleetCounts } = delivering
    return {
      ready: Math.max(0, participants.owed - inFlight),
      unacknowledged: inFlight + fleetCounts.leased,
    }
  }

  /** What is to be told now; rates are those of the last second. */
  summary(watchers: number): Summary {
    return this.#summary(this.#hubFigures(watchers), this.#look(this.#parts.now()))
  }

  /** What other hubs are told of this one. */
  get told(): Pick<Share, 'figures' | 'watched'> {
    return { figures: this.#own ?? this.#hubFigures(0), watched: this.#watched }
  }

  #hubFigures(watchers: number): HubFigures {
    const { delays, presence, delivering } = this.#parts
    const { leased, assigned, 'in-transit': inTransit } = delivering.fleetCounts
    const { in: came, out, acknowledged, redelivered } = this.#flow
    return {
      ...{ in: came, out, acknowledged, redelivered, inFlight: delivering.inFlight },
      ...{ leased, assigned, inTransit, vendors: presence.vendors, drivers: presence.drivers, watchers },
      delays: delays.buckets(),
    }
  }

  /** At what is only looked at while somebody wants to know, here or at another hub. */
  #look(nowMs: number): Watched {
    const system = this.#system()
    this.#slowHub.note(system.loopDelayP99Ms, nowMs)
    this.#parts.oldEvents.look(nowMs)
    this.#parts.silentDrivers.look(nowMs)
    const { worst, count } = worstOf(this.#troublesHere(nowMs), TOLD_TROUBLES)
    return { system, troubles: worst as Watched['troubles'], troubleCount: count }
  }

  #summary(own: HubFigures, watched: Watched): Summary {
    const { now, delays, company, participants, deliveredToday } = this.#parts
    const nowMs = now()
    const { fleet } = participants
    // A pickup waits in the fleet's queue, or is offered to a driver, or was given up for now.
    const lying = fleet === null ? 0 : fleet.queued + fleet.retrying + fleet.dead
    const { worst, count } = this.#allTroubles(watched)
    return {
      nowMs,
      orders: ordersOf(own, company, { lying, deliveredToday: deliveredToday() }),
      flow: flowOf(own, company, this.#flow.ready),
      delays: delays.figures(company.others.map(({ share }) => share.figures.delays)),
      connections: connectionsOf(own, company),
      troubles: worst,
      troubleCount: count,
      system: watched.system,
      hubs: hubRowsOf({ figures: own, watched }, company, nowMs),
    }
  }

  #allTroubles({ troubles, troubleCount }: Watched): { worst: Trouble[]; count: number } {
    const { company } = this.#parts
    const elsewhere = troublesElsewhere(company)
    const told = [...troubles, ...elsewhere.told, ...this.#troublesOfAll()]
    const { worst, count } = worstOf(told, TOLD_TROUBLES)
    const untold = troubleCount - troubles.length + elsewhere.untold + (company.totals?.untold ?? 0)
    return { worst, count: count + untold }
  }

  #system(): System {
    const { machine, disk } = this.#parts
    return { ...machine.take(), sync: this.#sync, diskFreeBytes: disk.freeBytes() }
  }

  /** Of this machine, and of those that are connected to it. */
  *#troublesHere(nowMs: number): IterableIterator<Trouble> {
    const { disk, oldEvents, silentDrivers } = this.#parts
    const freeBytes = disk.freeBytes()
    if (disk.isDiskLow()) yield { kind: 'disk-low', ...(freeBytes !== null && { value: freeBytes }) }
    const slowDisk = this.#slowDisk.trouble(nowMs)
    if (slowDisk !== null) yield { kind: 'slow-disk', ...slowDisk }
    const slowHub = this.#slowHub.trouble(nowMs)
    if (slowHub !== null) yield { kind: 'slow-hub', ...slowHub }
    yield* oldEvents.troubles(nowMs)
    yield* silentDrivers.troubles(nowMs)
  }

  /** Which every hub knows: what operators have stopped, and what stands in rows that all hubs change. */
  *#troublesOfAll(): IterableIterator<Trouble> {
    const { delivering, participants, company } = this.#parts
    for (const [participant, sinceMs] of delivering.paused()) yield { kind: 'paused', participant, sinceMs }
    if (company.totals === null) yield* participants.troubles()
    else yield* company.totals.troubles
  }
}

/**
 * The hub in figures: sampled once a second for the course, whoever watches, and put together for the summary while somebody does. Whatever costs more than a few additions is looked at only then.
 */
import type { Course, Flow, Summary, System, Trouble } from '../../../shared/watch.ts'
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

  constructor(parts: FiguresParts) {
    this.#parts = parts
    const nowMs = parts.now()
    this.#meter = new FlowMeter(parts.counts, nowMs)
    this.#flow = this.#meter.take(nowMs, { ready: 0, unacknowledged: 0 })
  }

  course(): Course {
    return this.#course.course()
  }

  /** A second is over. @param watchers 0: nobody wants to know */
  second(watchers: number): Summary | null {
    const { now, delays, writes } = this.#parts
    const nowMs = now()
    this.#flow = this.#meter.take(nowMs, this.#levels())
    this.#course.add({ timeMs: nowMs, ...this.#flow })
    this.#sync = writes.take()
    this.#slowDisk.note(this.#sync?.p99Ms ?? null, nowMs)
    const summary = watchers === 0 ? null : this.summary(watchers)
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
    const { now, delays, presence } = this.#parts
    const nowMs = now()
    const system = this.#system()
    this.#slowHub.note(system.loopDelayP99Ms, nowMs)
    this.#parts.oldEvents.look(nowMs)
    this.#parts.silentDrivers.look(nowMs)
    const { worst, count } = worstOf(this.#troubles(nowMs), TOLD_TROUBLES)
    return {
      nowMs,
      orders: this.#orders(),
      flow: this.#flow,
      delays: delays.figures(),
      connections: { vendors: presence.vendors, drivers: presence.drivers, watchers },
      troubles: worst,
      troubleCount: count,
      system,
    }
  }

  /** A pickup waits in the fleet's queue, or is offered to a driver, or was given up for now. */
  #orders(): Summary['orders'] {
    const { delivering, participants, deliveredToday } = this.#parts
    const { leased, assigned, 'in-transit': inTransit } = delivering.fleetCounts
    const { fleet } = participants
    const lying = fleet === null ? 0 : fleet.queued + fleet.retrying + fleet.dead
    return { waiting: lying + leased, assigned, inTransit, deliveredToday: deliveredToday() }
  }

  #system(): System {
    const { machine, disk } = this.#parts
    return { ...machine.take(), sync: this.#sync, diskFreeBytes: disk.freeBytes() }
  }

  *#troubles(nowMs: number): IterableIterator<Trouble> {
    const { disk, delivering, participants, oldEvents, silentDrivers } = this.#parts
    const freeBytes = disk.freeBytes()
    if (disk.isDiskLow()) yield { kind: 'disk-low', ...(freeBytes !== null && { value: freeBytes }) }
    const slowDisk = this.#slowDisk.trouble(nowMs)
    if (slowDisk !== null) yield { kind: 'slow-disk', ...slowDisk }
    const slowHub = this.#slowHub.trouble(nowMs)
    if (slowHub !== null) yield { kind: 'slow-hub', ...slowHub }
    for (const [participant, sinceMs] of delivering.paused()) yield { kind: 'paused', participant, sinceMs }
    yield* participants.troubles()
    yield* oldEvents.troubles(nowMs)
    yield* silentDrivers.troubles(nowMs)
  }
}

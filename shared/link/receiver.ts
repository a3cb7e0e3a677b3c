/**
 * From the hub to the handlers: runs the handler of each event that is handed over, those of one order one after another, and answers the
 * handover by how the handler ended. An event is *active* from its first handover until its handler has ended; a repeat meanwhile is
 * answered along with it. An event whose handler has succeeded is acknowledged without it. A handler that ends at once leaves nothing behind but the event's name among
 * the handled ones: under load most do.
 */
import { Fault, messageOf } from '../fault.ts'
import { orderKey } from '../ids.ts'
import { EVENT_NAMES, type EventName, type HandedEvent, type HandoverReply } from '../protocol.ts'
import { Answers } from './answers.ts'
import { HandledEvents, handledKeyOf } from './handled-events.ts'
import { acknowledge, type Handover, reject } from './handover.ts'
import type { HubSocket } from './hub-socket.ts'
import { Lanes } from './lanes.ts'
import type { Timing } from './timing.ts'

export type Handler = (event: HandedEvent) => void | Promise<void>

/** Handled events that may gather before the hub is asked whether it has processed their acknowledgements. */
const BARRIER_AFTER = 1_000
/**
 * An acknowledgement that comes when the hub is just giving the handover up as overdue may be ignored, so a handler that took this long is not
 * forgotten by a barrier. Far below any sensible acknowledgement time.
 */
const SLOW_MS = 1_000
/** The protocol's bound of a reason. */
const LONGEST_REASON = 500

/** Programs in JavaScript return what they like. */
const isPromise = (ending: unknown): ending is Promise<void> =>
  typeof (ending as Promise<void> | undefined)?.then === 'function'

/** All handovers of one event that wait for the end of its one handler, the first one first. */
interface Active {
  readonly key: string
  readonly event: HandedEvent
  readonly handovers: [Handover, ...Handover[]]
}

const orderOf = ({ event: { payload } }: Active): string => orderKey(payload.store, payload.orderId)

export class Receiver {
  readonly #timing: Timing
  readonly #settled: () => void
  readonly #handlers = new Map<EventName, Handler>()
  /** Those whose handler takes time, or has to wait for its turn. */
  readonly #active = new Map<string, Active>()
  readonly #lanes = new Lanes<Active>(orderOf, (active) => this.#run(active))
  readonly #handled = new HandledEvents()
  #answers: Answers | null = null
  #isDraining = false
  /** A pickup was acknowledged. The sooner it is forgotten the better: given back to the fleet, it may come again, as a new lease. */
  #isBarrierUrgent = false
  #counts = { handled: 0, repeatsDropped: 0, redelivered: 0, rejected: 0 }

  /** @param settled called when draining, and `isSettled` may have become true */
  constructor(timing: Timing, settled: () => void) {
    this.#timing = timing
    this.#settled = settled
  }

  get counts(): Readonly<Record<'handled' | 'repeatsDropped' | 'redelivered' | 'rejected', number>> {
    return this.#counts
  }

  /** No handler runs, and the hub has processed every acknowledgement that it can still hear. */
  get isSettled(): boolean {
    if (this.#active.size > 0) return false
    const isAnswered = this.#answers === null || this.#answers.isFlushed
    return isAnswered && this.#handled.acknowledged === 0 && !this.#handled.isBarrierUp
  }

  /** @throws Fault `second-handler` */
  on(event: EventName, handler: Handler): () => void {
    if (this.#handlers.has(event))
      throw new Fault('second-handler', `The event ${event} has a handler already: remove that one first.`)
    this.#handlers.set(event, handler)
    return () => {
      if (this.#handlers.get(event) === handler) this.#handlers.delete(event)
    }
  }

  /** Takes what this socket hands over, until it breaks. */
  listenTo(socket: HubSocket): void {
    this.broke()
    const answers = new Answers(socket, this.#timing.clock, () => this.#barrierIfDue())
    this.#answers = answers
    const take = (events: readonly HandedEvent[], reply: HandoverReply | null) => {
      const atMs = this.#timing.clock.now()
      for (const event of events) this.#take({ event, answers, reply, atMs })
    }
    socket.on('events', (events) => take(events, null))
    for (const name of EVENT_NAMES)
      socket.on(name, (event: HandedEvent, reply: HandoverReply) => take([event], reply))
  }

  /** What has not begun is given up: the hub hands it over again, to whoever is connected then. */
  broke(): void {
    this.#answers?.close()
    this.#answers = null
    this.#handled.connectionBroke()
    this.#giveUpWaiting()
    this.#settledIfDraining()
  }

  /** Starts no handler any more; those that run go on. */
  drain(): void {
    this.#isDraining = true
    this.#giveUpWaiting()
    // Also for the handler that may be running right now: nothing is settled before the end of this turn.
    this.#answers?.flushAtEndOfTurn()
  }

  /** See `Answers`. */
  behindAnswers(send: () => void): void {
    this.#answers?.behindAnswers(send)
  }

  #take(handover: Handover): void {
    if (!handover.answers.isOpen) return
    const { event } = handover
    const key = handledKeyOf(event)
    const active = this.#active.get(key)
    const isHandled = active === undefined && this.#handled.has(key)
    if (event.attempt > 1 || active !== undefined || isHandled) this.#counts.redelivered += 1
    if (active !== undefined) active.handovers.push(handover)
    else if (isHandled) this.#dropRepeat(key, handover)
    else if (!this.#isDraining) this.#begin(key, handover)
  }

  #dropRepeat(key: string, handover: Handover): void {
    this.#counts.repeatsDropped += 1
    if (!acknowledge(handover)) return
    this.#handled.addRepeat(key)
    this.#isBarrierUrgent ||= handover.event.event === 'pickup'
  }

  #begin(key: string, handover: Handover): void {
    const active: Active = { key, event: handover.event, handovers: [handover] }
    if (!this.#lanes.enter(active)) this.#active.set(key, active)
  }

  /** @returns a promise only if the handler gave one */
  #run(active: Active): Promise<void> | null {
    const handler = this.#handlers.get(active.event.event)
    if (handler === undefined) return this.#failed(active, `no handler for ${active.event.event}`)
    try {
      const ending = handler(active.event)
      if (!isPromise(ending)) return this.#succeeded(active)
      return ending.then(
        () => void this.#succeeded(active),
        (thrown) => void this.#failed(active, messageOf(thrown)),
      )
    } catch (thrown) {
      return this.#failed(active, messageOf(thrown))
    }
  }

  #succeeded(active: Active): null {
    const { key, event, handovers } = active
    this.#active.delete(key)
    this.#counts.handled += 1
    this.#counts.repeatsDropped += handovers.length - 1
    let isHeard = false
    for (const handover of handovers) isHeard = acknowledge(handover) || isHeard
    if (isHeard) this.#handled.addAcknowledged(key)
    this.#isBarrierUrgent ||= isHeard && event.event === 'pickup'
    const isSlow = this.#timing.clock.now() - handovers[0].atMs >= SLOW_MS
    if (!isHeard || isSlow) this.#handled.addUncertain(key)
    this.#settledIfDraining()
    return null
  }

  #failed(active: Active, reason: string): null {
    this.#active.delete(active.key)
    this.#counts.rejected += 1
    const told = reason.slice(0, LONGEST_REASON) || 'the handler failed'
    for (const handover of active.handovers) reject(handover, told)
    this.#settledIfDraining()
    return null
  }

  #giveUpWaiting(): void {
    for (const { key } of this.#lanes.clearWaiting()) this.#active.delete(key)
  }

  #barrierIfDue(): void {
    const gathered = this.#handled.acknowledged
    const isUrgent = this.#isDraining || this.#isBarrierUrgent
    if (gathered >= BARRIER_AFTER || (isUrgent && gathered > 0)) this.#askBarrier()
    this.#settledIfDraining()
  }

  #askBarrier(): void {
    const answers = this.#answers
    if (answers === null || this.#handled.isBarrierUp) return
    this.#isBarrierUrgent = false
    this.#handled.putUpBarrier()
    answers.askBarrier((isProcessed) => {
      this.#handled.takeDownBarrier(isProcessed)
      // Not the next barrier at once: it must follow the acknowledgements of this turn.
      answers.flushAtEndOfTurn()
    })
  }

  #settledIfDraining(): void {
    if (this.#isDraining) this.#settled()
  }
}

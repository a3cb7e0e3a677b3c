/**
 * A till by hand: what docs/PROTOCOL.md shows, without `batch`, outbox or journal. It sends each pickup in a message of its own until it is confirmed, and answers what it is handed by
 * Socket.IO's callback. Its process never ends; its connections do.
 */
import type { Clock } from '../../shared/clock.ts'
import type { HubSocket } from '../../shared/link/hub-socket.ts'
import type { Order } from '../../shared/messages.ts'
import type { HandedEvent, HandoverReply, Receipt } from '../../shared/protocol.ts'
import { orderOf } from '../../vendor/orders.ts'
import type { ActorParts } from './actor-process.ts'
import type { TillPlan } from './plan.ts'
import { moodOf } from './trouble.ts'
import { ProcessClock } from './virtual-time.ts'

const RECONNECT_MS = 300

export class PlainTill {
  readonly participant: string
  readonly #plan: TillPlan
  readonly #parts: Omit<ActorParts, 'ended'>
  readonly #clock: Clock
  readonly #unconfirmed = new Map<string, Order>()
  /** Entries of replays, ids of all else. */
  readonly #handled = new Set<string>()
  #made = 0
  #socket: HubSocket | null = null

  constructor(plan: TillPlan, parts: Omit<ActorParts, 'ended'>) {
    this.participant = `vendor/${plan.store}/${plan.id}`
    this.#plan = plan
    this.#parts = parts
    this.#clock = new ProcessClock(parts.time, { offsetMs: 0 })
  }

  get isDone(): boolean {
    return this.#socket !== null && this.#made === this.#plan.orders && this.#unconfirmed.size === 0
  }

  start(): void {
    this.#connect()
    this.#make()
  }

  #make(): void {
    const { store, id, orders, ordersPerSecond } = this.#plan
    if (this.#made === orders) return
    const order = orderOf({ seed: String(this.#parts.seed), store, till: id }, this.#made)
    this.#made += 1
    this.#unconfirmed.set(order.orderId, order)
    this.#send(order)
    this.#clock.after(1000 / ordersPerSecond, () => this.#make())
  }

  #connect(): void {
    const { store, id, window } = this.#plan
    const socket = this.#parts.network.open(
      { participant: this.participant, life: this.participant },
      { role: 'vendor', store, id, window, protocol: 1 },
    )
    const again = () => {
      this.#socket = null
      this.#clock.after(RECONNECT_MS, () => this.#connect())
    }
    socket.on('connect_error', again)
    socket.on('disconnect', again)
    socket.on('welcome', () => {
      this.#socket = socket
      for (const order of this.#unconfirmed.values()) this.#send(order)
    })
    for (const name of ['in-transit', 'delivered'] as const)
      socket.on(name, (event: HandedEvent, reply: HandoverReply) => this.#take(event, reply))
    socket.connect()
  }

  #send(order: Order): void {
    this.#socket?.emit('pickup', order, (receipt: Receipt) => {
      if (receipt.ok || !receipt.temporary) this.#unconfirmed.delete(order.orderId)
      else this.#clock.after(receipt.retryAfterMs ?? RECONNECT_MS, () => this.#send(order))
    })
  }

  #take(event: HandedEvent, reply: HandoverReply): void {
    const { trouble, dice, moods, isPoisonous } = this.#parts
    if (this.#handled.has(keyOf(event))) return reply()
    if (isPoisonous(this.participant, event)) return reply({ reject: 'poison' })
    const mood = trouble.isOver ? 'well' : moodOf(moods, dice)
    if (mood !== 'well') trouble.effected(`handler ${mood}`)
    if (mood === 'well') this.#handle(event, reply)
    if (mood === 'slow') this.#clock.after(dice.whole(10, 6000), () => this.#handle(event, reply))
    if (mood === 'rejecting' || mood === 'throwing') reply({ reject: 'not now' })
  }

  #handle(event: HandedEvent, reply: HandoverReply): void {
    if (!this.#handled.has(keyOf(event)))
      this.#parts.observe({ kind: 'handled', participant: this.participant, life: this.participant, event })
    this.#handled.add(keyOf(event))
    reply()
  }
}

const keyOf = ({ id, entry, replay }: HandedEvent): string => (replay ? entry : id)

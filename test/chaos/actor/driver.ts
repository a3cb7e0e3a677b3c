/**
 * A driver: takes what it is handed and reports it in transit and delivered, sometimes with a moment in between. Now and then it gives an order back. At every welcome it asks the hub
 * what it holds, and goes on with what it does not carry already.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Link } from '../../../shared/link/api.ts'
import type { Seeded } from '../../support/seeded.ts'
import { type History, nowMs, type ParticipantLine } from '../records.ts'
import type { Moods } from './moods.ts'
import type { Past } from './past.ts'
import type { Publisher } from './publisher.ts'

const LONGEST_WAY_MS = 20

interface Parts {
  readonly link: Link
  readonly publisher: Publisher
  readonly moods: Moods
  readonly past: Past
  readonly random: Seeded
  readonly history: History<ParticipantLine>
}

export class Driver {
  readonly #parts: Parts
  readonly #carrying = new Set<string>()
  #questions = 0

  constructor(parts: Parts) {
    this.#parts = parts
    const { link, moods, past } = parts
    link.on(
      'pickup',
      moods.handler(({ payload: { store, orderId } }) => void this.#take(store, orderId)),
    )
    link.onStatus(({ kind }) => void (kind === 'connected' && this.#goOn()))
    for (const key of past.again) this.#reportAgain(key)
  }

  get isIdle(): boolean {
    return this.#carrying.size === 0 && this.#questions === 0
  }

  get isCarrying(): boolean {
    return this.#carrying.size > 0
  }

  /** Whether an earlier life's link has it is not known: the hub answers it as a repeat then. */
  #reportAgain(key: string): void {
    const [, event, store, order] = /^(\S+) ([^/]+)\/(.+)$/.exec(key)!
    void this.#parts.publisher.publish(event as 'in-transit' | 'delivered', store!, order!)
  }

  async #take(store: string, orderId: string): Promise<void> {
    const { random, link, history } = this.#parts
    if (random.whole(1, 200) > 1) return this.#carry(store, orderId)
    // After the acknowledgement, which leaves at the end of this turn.
    await pause(1)
    history.write([nowMs(), 'released', store, orderId])
    this.#questions += 1
    // Without an answer nobody knows whether it is still held, and the acknowledgement may be on its way yet; then it is carried after all.
    await link.release(store, orderId, 'changed its mind').catch(() => this.#carry(store, orderId))
    this.#questions -= 1
  }

  async #goOn(): Promise<void> {
    this.#questions += 1
    const orders = await this.#parts.link.assignments().catch(() => [])
    for (const { store, orderId, state } of orders) void this.#carry(store, orderId, state === 'in-transit')
    this.#questions -= 1
  }

  async #carry(store: string, orderId: string, isOnBoard = false): Promise<void> {
    const key = `${store}/${orderId}`
    if (this.#carrying.has(key)) return
    this.#carrying.add(key)
    const inTransit = isOnBoard || this.#report('in-transit', store, orderId)
    const { random } = this.#parts
    if (random.whole(1, 2) === 1) await pause(random.whole(0, LONGEST_WAY_MS))
    const delivered = this.#report('delivered', store, orderId)
    await inTransit
    await delivered
    this.#carrying.delete(key)
  }

  #report(event: 'in-transit' | 'delivered', store: string, orderId: string): Promise<boolean> {
    const { publisher } = this.#parts
    return publisher.isLeft(event, store, orderId)
      ? Promise.resolve(true)
      : publisher.publish(event, store, orderId)
  }
}

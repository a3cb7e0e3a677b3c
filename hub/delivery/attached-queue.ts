/**
 * A participant's queue while a connection has its grip on it. Most connections wait most of the time, and have nothing here but this: what reads, keeps the order and counts what is in
 * flight is made with the first entry, and let go when nothing is left to hand over.
 *
 * at rest <-> delivering; each -> detached
 */
import type { ParticipantId } from '../../shared/ids.ts'
import type { Entry } from '../domain/entry.ts'
import type { Delivery } from './ports.ts'
import { QueueDelivery } from './queue-delivery.ts'
import type { Attachment, QueueParts } from './queue-parts.ts'

export interface AttachedQueueParts extends QueueParts {
  detached(queue: AttachedQueue): void
}

export class AttachedQueue implements Delivery {
  readonly #parts: AttachedQueueParts
  readonly #attachment: Attachment
  #delivery: QueueDelivery | null = null

  /** @param isEmpty will everything that is to be handed over be announced from now on? */
  constructor(parts: AttachedQueueParts, attachment: Attachment, { isEmpty }: { isEmpty: boolean }) {
    this.#parts = parts
    this.#attachment = attachment
    if (!isEmpty) this.#read()
  }

  /** Then nothing here can be overdue or due, and nothing is left to be read. */
  get isAtRest(): boolean {
    return this.#delivery === null
  }

  get isPaused(): boolean {
    return this.#delivery?.isPaused ?? false
  }

  get oldestTime(): string | null {
    return this.#delivery?.oldestTime ?? null
  }

  get inFlight(): number {
    return this.#delivery?.inFlight ?? 0
  }

  /** Delivery to the participant goes on after an operator had stopped it. */
  resume(): void {
    this.#delivery?.resume()
  }

  get participant(): ParticipantId {
    return this.#attachment.participant.id
  }

  #read(): void {
    this.#delivery = new QueueDelivery(this.#parts, this.#attachment, { isEmpty: false })
    // A range that cannot be read has been told to whoever owns the ledger, who ends the hub.
    this.#delivery.start().catch(() => {})
  }

  /** Entries that have become durable at the end of this queue. */
  appended(entries: readonly Entry[]): void {
    this.#delivery ??= new QueueDelivery(this.#parts, this.#attachment, { isEmpty: true })
    this.#delivery.appended(entries)
  }

  /** To be called every now and then until it is at rest: what is overdue fails, what is due is handed over again. */
  tick(): void {
    this.#delivery?.tick()
    if (this.#delivery?.isDone) this.#delivery = null
  }

  acknowledge(tokens: readonly string[]): void {
    if (this.#delivery === null) this.#parts.reports.ignored(tokens.length)
    else this.#delivery.acknowledge(tokens)
  }

  reject(rejections: readonly { entry: string; reason: string }[]): void {
    if (this.#delivery === null) this.#parts.reports.ignored(rejections.length)
    else this.#delivery.reject(rejections)
  }

  detach(): void {
    this.#delivery?.detach()
    // What it still settles it does without; answers are nobody's any more, and are counted.
    this.#delivery = null
    this.#parts.detached(this)
  }
}

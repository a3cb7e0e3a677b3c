/**
 * Reads one queue in order: from disk while behind, from memory as soon as it has caught up, so that a participant that keeps up never causes a read. It holds at most
 * `chunk` entries.
 */
import type { ParticipantId } from '../../shared/ids.ts'
import type { Entry } from '../domain/entry.ts'
import type { DeliveryLedger } from './ports.ts'

export class QueueReader {
  readonly #ledger: Pick<DeliveryLedger, 'entries'>
  readonly #participant: ParticipantId
  readonly #chunk: number
  readonly #onReadable: () => void
  #held: Entry[] = []
  #cursor: number
  #hasCaughtUp = false
  #isReading = false
  /** Something was appended while a read was under way, which may have missed it. */
  #hasMissed = false

  constructor(
    ledger: Pick<DeliveryLedger, 'entries'>,
    queue: { participant: ParticipantId; after: number; chunk: number },
    onReadable: () => void,
  ) {
    this.#ledger = ledger
    this.#participant = queue.participant
    this.#cursor = queue.after
    this.#chunk = queue.chunk
    this.#onReadable = onReadable
  }

  /** The next entry, which stays; undefined if none is at hand. Then it reads on, if there may be more, and calls back. */
  peek(): Entry | undefined {
    const [next] = this.#held
    if (next === undefined) this.#read()
    return next
  }

  shift(): void {
    this.#held.shift()
  }

  /** Entries that have become durable at the queue's end. */
  appended(entries: readonly Entry[]): void {
    if (!this.#hasCaughtUp || this.#held.length + entries.length > this.#chunk) {
      this.#hasCaughtUp = false
      this.#hasMissed = true
      return
    }
    this.#held.push(...entries)
    this.#cursor = entries.at(-1)!.position
  }

  #read(): void {
    if (this.#isReading || this.#hasCaughtUp) return
    this.#isReading = true
    this.#hasMissed = false
    const from = { after: this.#cursor, limit: this.#chunk }
    void this.#ledger.entries(this.#participant, from).then((entries) => this.#arrived(entries))
  }

  #arrived(entries: readonly Entry[]): void {
    this.#isReading = false
    this.#held = [...entries]
    this.#cursor = entries.at(-1)?.position ?? this.#cursor
    this.#hasCaughtUp = entries.length < this.#chunk && !this.#hasMissed
    if (entries.length > 0 || !this.#hasCaughtUp) this.#onReadable()
  }
}

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
  /** Index of the next one in `#held`: taking from the front of a long array would move all the others. */
  #next = 0
  /** The last position that was read or announced: reading goes on behind it. */
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
    const next = this.#held[this.#next]
    if (next === undefined) this.#read()
    return next
  }

  shift(): void {
    this.#next += 1
    // Now and then what was taken is let go, also if the reader is never empty.
    if (this.#next === this.#held.length || this.#next >= this.#chunk)
      this.#hold(this.#held.slice(this.#next))
  }

  #hold(entries: Entry[]): void {
    this.#held = entries
    this.#next = 0
  }

  /** Entries that have become durable at the queue's end. */
  appended(entries: readonly Entry[]): void {
    const length = this.#held.length - this.#next + entries.length
    if (!this.#hasCaughtUp || length > this.#chunk) {
      this.#hasCaughtUp = false
      this.#hasMissed = true
      return
    }
    for (const entry of entries) this.#append(entry)
  }

  /** A read sees what is durable, and so perhaps what is announced only after it. */
  #append(entry: Entry): void {
    if (entry.position <= this.#cursor) return
    this.#held.push(entry)
    this.#cursor = entry.position
  }

  #read(): void {
    if (this.#isReading || this.#hasCaughtUp) return
    this.#isReading = true
    this.#hasMissed = false
    const from = { after: this.#cursor, limit: this.#chunk }
    this.#ledger.entries(this.#participant, from).then(
      (entries) => this.#arrived(entries),
      // Whoever owns the ledger has been told, and ends the hub.
      () => {},
    )
  }

  #arrived(entries: readonly Entry[]): void {
    this.#isReading = false
    this.#hold([...entries])
    this.#cursor = entries.at(-1)?.position ?? this.#cursor
    this.#hasCaughtUp = entries.length < this.#chunk && !this.#hasMissed
    if (entries.length > 0 || !this.#hasCaughtUp) this.#onReadable()
  }
}

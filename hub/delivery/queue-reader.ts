/**
 * Reads one queue in order: from disk while behind, from memory as soon as it has caught up, so that a participant that keeps up never causes a read. It reads
 * `chunk` entries at a time, and holds at most `most` that were appended, and about `bytes`: a read asks for what fits if its entries are as large as those of the one before, the first one if all are as large as they may be. So neither a wide window nor
 * large events, of participants that read slowly, fill the hub's memory.
 */
import type { ParticipantId } from '../../shared/ids.ts'
import type { Entry } from '../domain/entry.ts'
import { bytesOf } from './entry-bytes.ts'
import type { DeliveryLedger } from './ports.ts'

/** More than an event may have. */
const LARGEST_EVENT_BYTES = 20 * 1024

const sumOfBytes = (entries: readonly Entry[]): number =>
  entries.reduce((bytes, entry) => bytes + bytesOf(entry.payload), 0)

export interface QueueToRead {
  readonly participant: ParticipantId
  readonly after: number
  readonly chunk: number
  readonly most: number
  readonly bytes: number
  /** Will everything that lies in it be announced from now on? Then there is nothing to read. Default: false. */
  readonly hasCaughtUp?: boolean
}

export class QueueReader {
  readonly #ledger: Pick<DeliveryLedger, 'entries'>
  readonly #participant: ParticipantId
  readonly #chunk: number
  readonly #most: number
  readonly #bytes: number
  readonly #onReadable: () => void
  #held: Entry[] = []
  /** Index of the next one in `#held`: taking from the front of a long array would move all the others. */
  #next = 0
  /** Of what was appended since `#held` was last empty; what was taken meanwhile counts too. */
  #appendedBytes = 0
  #averageBytes = LARGEST_EVENT_BYTES
  /** The last position that was read or announced: reading goes on behind it. */
  #cursor: number
  #hasCaughtUp: boolean
  #isReading = false
  /** Something was appended while a read was under way, which may have missed it. */
  #hasMissed = false

  constructor(ledger: Pick<DeliveryLedger, 'entries'>, queue: QueueToRead, onReadable: () => void) {
    this.#ledger = ledger
    this.#participant = queue.participant
    this.#cursor = queue.after
    this.#chunk = queue.chunk
    this.#most = queue.most
    this.#bytes = queue.bytes
    this.#hasCaughtUp = queue.hasCaughtUp ?? false
    this.#onReadable = onReadable
  }

  /** Nothing is at hand, and nothing left to be read until something is appended. */
  get isAtEnd(): boolean {
    return this.#hasCaughtUp && this.#next === this.#held.length
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
    if (entries.length === 0) this.#appendedBytes = 0
  }

  /** Entries that have become durable at the queue's end. */
  appended(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (!this.#hasCaughtUp || !this.#hasRoom(bytesOf(entry.payload))) {
        this.#hasCaughtUp = false
        this.#hasMissed = true
        return
      }
      this.#append(entry)
    }
  }

  #hasRoom(bytes: number): boolean {
    const length = this.#held.length - this.#next
    return length < this.#most && (length === 0 || this.#appendedBytes + bytes <= this.#bytes)
  }

  /** A read sees what is durable, and so perhaps what is announced only after it. */
  #append(entry: Entry): void {
    if (entry.position <= this.#cursor) return
    this.#held.push(entry)
    this.#appendedBytes += bytesOf(entry.payload)
    this.#cursor = entry.position
  }

  #read(): void {
    if (this.#isReading || this.#hasCaughtUp) return
    this.#isReading = true
    this.#hasMissed = false
    const fitting = Math.max(1, Math.floor(this.#bytes / this.#averageBytes))
    const limit = Math.min(this.#chunk, fitting)
    this.#ledger.entries(this.#participant, { after: this.#cursor, limit }).then(
      (entries) => this.#arrived(entries, limit),
      // Whoever owns the ledger has been told, and ends the hub.
      () => {},
    )
  }

  #arrived(entries: readonly Entry[], limit: number): void {
    this.#isReading = false
    if (entries.length > 0) this.#averageBytes = sumOfBytes(entries) / entries.length
    this.#hold([...entries])
    this.#cursor = entries.at(-1)?.position ?? this.#cursor
    this.#hasCaughtUp = entries.length < limit && !this.#hasMissed
    if (entries.length > 0 || !this.#hasCaughtUp) this.#onReadable()
  }
}

/**
 * What the hub needs of its ledger, whichever database keeps it. `hub/ledger/level` is one on a folder of one machine, `hub/ledger/postgres` one on a server. Both are held to it by one contract suite (test/hub/ledger/ledger-contract.ts).
 */
import type { Fault } from '../../shared/fault.ts'
import type { OrderKey, ParticipantId } from '../../shared/ids.ts'
import type { DeadLetter, Entry, EntryAt, Place, Retry } from '../domain/entry.ts'
import type { Erasure } from '../domain/erasure.ts'
import type { Note } from '../domain/note.ts'
import type { OrderRecord } from '../domain/order-record.ts'
import type { ParticipantRecord } from '../domain/participant.ts'
import type { Revocation } from '../domain/revocation.ts'
import type { Committed, Work } from '../domain/work.ts'

/** What work reads and writes. Every counter of a participant follows from its entries: MUST be kept by the transaction itself [LG8]. */
export interface LedgerTransaction {
  /** Milliseconds since 1970; the same for everything that is decided in one go. */
  readonly nowMs: number
  /** The last position that was handed out: nothing that comes later lies at or below it. */
  readonly lastPosition: number
  /** Has this hub served the participant ever since the work was submitted? What it decides for one that another hub serves MUST NOT be written [PQ14]. */
  owns(participant: ParticipantId): boolean
  order(key: OrderKey): OrderRecord | undefined
  putOrder(record: OrderRecord): void
  /** MUST NOT be called while entries of the order lie anywhere. */
  removeOrder(record: OrderRecord): void
  participant(id: ParticipantId): ParticipantRecord | undefined
  /** Where a vendor gets a queue or loses it, the work must name its store. */
  putParticipant(record: ParticipantRecord): void
  removeParticipant(id: ParticipantId): void
  /** A store's participants that have a queue; needs `stores` in the work. */
  rosterOf(store: string): readonly ParticipantId[]
  /** Adds an entry at the end of a queue and gives its position. It is announced when it is durable. */
  append(participant: ParticipantId, entry: Omit<Entry, 'position'>): number
  /** What was appended to a queue since the turn began, in queue order, and was not taken again. */
  appendedTo(participant: ParticipantId): readonly Entry[]
  addRetry(participant: ParticipantId, retry: Retry): void
  addDeadLetter(participant: ParticipantId, letter: DeadLetter): void
  /** Does the entry still lie there, which was read before? Needs `entries` in the work. If it is taken then, nobody else has taken it. */
  isThere(at: EntryAt): boolean
  /** Puts another entry in the place of one at the same position, which this hub has not taken. If another hub has made another one of it, or taken it, that stays [PQ29]. */
  replace(place: Place, participant: ParticipantId, replacement: Replacement): void
  /** Takes an entry out of the place where it lies. The caller knows that it lies there: it has read it or put it there. */
  take(place: Place, participant: ParticipantId, position: number): void
  /** Takes the place of an older one of the participant. */
  putRevocation(revocation: Revocation): void
  removeRevocation(participant: ParticipantId): void
  /** Takes the place of an older one of its kind and name. */
  putNote(note: Note): void
  removeNote(note: Pick<Note, 'kind' | 'name'>): void
  /** What is erased of the order MUST be known to all hubs before they write anything else [PQ28]. */
  putErasure(order: OrderKey, erasure: Erasure): void
}

/** An entry that was read, and what is to lie in its place. */
export interface Replacement {
  readonly before: Entry
  readonly after: Entry
}

/** Told of each synced write. MUST NOT throw. */
export interface WriteListener {
  began(): void
  /** It is durable. @param works pieces of work that waited for it */
  ended(works: number): void
}

/** Part of a list, behind a position. */
export interface EntriesAfter {
  readonly after: number
  readonly limit: number
}

/** A page of orders and where it goes on; null if it was the last one. */
export interface OrderPage {
  readonly orders: readonly OrderKey[]
  readonly next: string | null
}

/** Ranges of what is durable, everything that was announced included. Each gives at most what it is asked for; the caller goes on from the last one that it got. */
export interface LedgerReads {
  /** Entries of one queue in queue order. */
  entries(participant: ParticipantId, from: EntriesAfter): Promise<readonly Entry[]>
  retries(participant: ParticipantId, from: EntriesAfter): Promise<readonly Retry[]>
  deadLettersOf(participant: ParticipantId, from: EntriesAfter): Promise<readonly DeadLetter[]>
  /** What lies in one place of a participant. */
  entriesIn(place: Place, participant: ParticipantId, from: EntriesAfter): Promise<readonly Entry[]>
  /** What lies in a closed queue, in one of its places. */
  closedEntries(
    place: Place,
    participant: ParticipantId,
    range: EntriesAfter & { upTo: number },
  ): Promise<readonly Entry[]>
  /** Orders that drivers hold: leased, assigned, in transit. */
  heldOrders(): Promise<readonly OrderKey[]>
  /** Newest first. Times as rows have them, ISO 8601; `to` excluded. */
  ordersByTime(range: { from: string; to: string; after: string | null; limit: number }): Promise<OrderPage>
  /** Of a store, or of all (null), whose ids begin so, in the order of keys. Of all stores a page may have fewer than there are. */
  ordersNamed(range: {
    store: string | null
    beginning: string
    after: string | null
    limit: number
  }): Promise<OrderPage>
  /** By a driver, in the order of keys; by all (null) one driver after another. */
  ordersHeldBy(range: { driver: string | null; after: string | null; limit: number }): Promise<OrderPage>
  /** In the order asked for; those that are not there are left out. */
  orderRecords(orders: readonly OrderKey[]): Promise<readonly OrderRecord[]>
  participantRecord(id: ParticipantId): Promise<ParticipantRecord | null>
  /** In the order of their ids, after one (or ''). */
  participants(after: string, limit: number): Promise<readonly ParticipantRecord[]>
  /** Whose names begin so. */
  participantsFrom(range: {
    beginning: string
    after: string
    limit: number
  }): Promise<readonly ParticipantRecord[]>
  /** In the order of their participants, after one (or ''). */
  revocations(after: string, limit: number): Promise<readonly Revocation[]>
  /** Of a kind, in the order of their names, after one (or ''). */
  notes(kind: Note['kind'], after: string, limit: number): Promise<readonly Note[]>
  /** Orders that ended before a time, longest ago first. */
  ordersEndedBefore(timeMs: number, limit: number): Promise<readonly OrderKey[]>
  /** Looks at so many orders that ended from a time on and before another one: how many of them were delivered. `next` is null at the end. */
  countDelivered(range: {
    fromMs: number
    toMs: number
    after: string | null
    limit: number
  }): Promise<{ count: number; next: string | null }>
}

/**
 * MUST run work in the order of `submit`, on the newest rows, and settle it in its order when all that it has read and written is durable [LG1][LG2][LG4]; MUST announce what was committed after that [LG5]. MAY run the same `decide`
 * again before it settles, when what it had decided could not be written.
 */
export interface Ledger {
  readonly reads: LedgerReads
  /** When a hub was last alive on this data, before this start; null for new data. Milliseconds since 1970. */
  readonly lastAliveMs: number | null
  /** Is its database out of reach for now? What is submitted then waits until it is back. */
  readonly isAway: boolean
  submit(work: Work<LedgerTransaction>): void
  /**
   * Called when all work of a turn has been decided: what the listener writes becomes durable with it. It MUST NOT read other rows than those that were written in the turn. A ledger MAY leave it out: what is done then comes a step later.
   */
  onDecided(listener: (transaction: LedgerTransaction) => void): () => void
  onCommitted(listener: (committed: Committed) => void): () => void
  /** One group is written at a time: `began` and `ended` take turns. A group that writes nothing is not told. */
  onWrite(listener: WriteListener): () => void
  /** Called once, when the data can no longer be written or read. Nothing is confirmed afterwards. */
  onFault(listener: (fault: Fault) => void): () => void
  /** Notes that a hub is alive on this data. */
  markAlive(): void
  /** Lets what was removed or overwritten of an order, and of the queues in which its events lie or have lain, go from the database's files. @returns whether that is done and nothing of it is left there */
  scrub(record: OrderRecord): Promise<boolean>
  /** Waits until all submitted work is durable, then closes the database. Idempotent. */
  close(): Promise<void>
}

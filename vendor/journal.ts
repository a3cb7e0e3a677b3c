/**
 * What a vendor must not forget about the events that it has handled, in a LevelDB of its own: which run it is in, for how many orders of that run it
 * has thanked, and the ids of the last events. An event is acknowledged after it stands here, so one that comes again after a crash is known.
 * Keys: `run`, `counts`, `event!<slot>`, a ring.
 */

import { sealed } from '../shared/checksum.ts'
import { type Clock, systemClock } from '../shared/clock.ts'
import { GroupWriter, type OutboxDatabase } from '../shared/outbox/group-writer.ts'
import { openOutboxDatabase, outboxDatabaseAt } from '../shared/outbox/outbox-folder.ts'

/** Orders that belong together: made from one seed, counted together. */
export interface Run {
  readonly seed: string
  /** Drawn by us because nobody gave one. */
  readonly isDrawn: boolean
  /** As asked for; 0: without end. */
  readonly orders: number
  /** The outbox's progress when the run began. It only ever grows: the next order is its progress less this. */
  readonly base: number
  readonly isFinished: boolean
}

interface Counts {
  /** Events recorded since the folder was made. */
  readonly events: number
  /** Orders of this run that were thanked for. */
  readonly thanked: number
}

/**
 * No more events than the greatest window that a hub gives can be handled without the hub knowing of it, so none that may come again is older
 * than these.
 */
const EVENTS_KEPT = 20_000

const RUN_KEY = 'run'
const COUNTS_KEY = 'counts'
const slotKey = (event: number): string => `event!${String(event % EVENTS_KEPT).padStart(5, '0')}`

type Contents = ReadonlyMap<string, string>

const read = <T>(contents: Contents, key: string): T | null => {
  const text = contents.get(key)
  return text === undefined ? null : (JSON.parse(text) as T)
}

export class Journal {
  readonly #database: OutboxDatabase
  readonly #writer: GroupWriter
  /** Slot to event id, and the ids alone. */
  readonly #slots = new Map<string, string>()
  readonly #events = new Set<string>()
  #run: Run | null
  #counts: Counts

  constructor(
    database: OutboxDatabase,
    contents: Contents,
    parts: { clock: Clock; failed(error: Error): void },
  ) {
    this.#database = database
    this.#writer = new GroupWriter(database, parts.clock, parts.failed)
    this.#run = read<Run>(contents, RUN_KEY)
    this.#counts = read<Counts>(contents, COUNTS_KEY) ?? { events: 0, thanked: 0 }
    for (const [key, eventId] of contents) if (key.startsWith('event!')) this.#remember(key, eventId)
  }

  /** The newest run; null in a new folder. */
  run(): Run | null {
    return this.#run
  }

  thanked(): number {
    return this.#counts.thanked
  }

  /** Starts a run, with no order thanked for. Resolves when it is on disk. */
  startRun(run: Run): Promise<void> {
    this.#counts = { ...this.#counts, thanked: 0 }
    return this.#saveRun(run)
  }

  /** Resolves when it is on disk. */
  async finishRun(): Promise<void> {
    if (this.#run !== null) await this.#saveRun({ ...this.#run, isFinished: true })
  }

  /** Was this event recorded, by this process or an earlier one? */
  has(eventId: string): boolean {
    return this.#events.has(eventId)
  }

  /**
   * Records that an event has had its effect. Resolves when that is on disk; never, if the disk fails.
   * @param isThanks for an order of this run
   */
  record(eventId: string, isThanks: boolean): Promise<void> {
    const slot = slotKey(this.#counts.events)
    this.#counts = {
      events: this.#counts.events + 1,
      thanked: this.#counts.thanked + (isThanks ? 1 : 0),
    }
    this.#remember(slot, eventId)
    this.#writer.putLater(slot, sealed(slot, eventId))
    return this.#put(COUNTS_KEY, this.#counts)
  }

  async close(): Promise<void> {
    await this.#writer.flush()
    await this.#database.close()
  }

  #saveRun(run: Run): Promise<void> {
    this.#run = run
    this.#writer.putLater(COUNTS_KEY, sealed(COUNTS_KEY, JSON.stringify(this.#counts)))
    return this.#put(RUN_KEY, run)
  }

  #remember(slot: string, eventId: string): void {
    const before = this.#slots.get(slot)
    if (before !== undefined) this.#events.delete(before)
    this.#slots.set(slot, eventId)
    this.#events.add(eventId)
  }

  #put(key: string, value: unknown): Promise<void> {
    return new Promise((stored) => this.#writer.put(key, sealed(key, JSON.stringify(value)), stored))
  }
}

export interface JournalOptions {
  readonly folder: string
  /** The participant that owns the folder. */
  readonly participant: string
  /** Called once, when the disk fails. */
  failed(error: Error): void
  readonly clock?: Clock
  /** In place of the LevelDB in `folder`. */
  readonly database?: OutboxDatabase
}

/** @throws Fault `in-use` when a live process or another participant has the folder, or its format is unknown; Fault `outbox` when it cannot be read */
export const openJournal = async (options: JournalOptions): Promise<Journal> => {
  const database = options.database ?? outboxDatabaseAt(options.folder)
  const contents = await openOutboxDatabase(database, options.folder, options.participant)
  return new Journal(database, contents, { clock: options.clock ?? systemClock, failed: options.failed })
}

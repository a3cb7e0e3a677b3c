/**
 * The outbox on disk, in a LevelDB of its own. Keys: `format`, `owner`, `progress`, `item!<number>`, `failed!<number>`; numbers have 16 digits, so
 * that keys sort like them. Every value stands behind its checksum. What is read at the start is all that is ever read.
 */

import { sealed } from '../checksum.ts'
import { type Clock, systemClock } from '../clock.ts'
import type { FailedEvent } from '../link/api.ts'
import { FAILED_KEPT, type Outbox, type OutboxItem, type ProgressMark } from './api.ts'
import { GroupWriter, type OutboxDatabase } from './group-writer.ts'
import { openOutboxDatabase, outboxDatabaseAt, PROGRESS_KEY } from './outbox-folder.ts'

const itemKey = (number: number): string => `item!${String(number).padStart(16, '0')}`
const failedKey = (number: number): string => `failed!${String(number).padStart(16, '0')}`

type Contents = ReadonlyMap<string, string>

const numberIn = (key: string): number => Number(key.slice(key.indexOf('!') + 1))

const rowsOf = (contents: Contents, prefix: string): [number, string][] =>
  [...contents]
    .filter(([key]) => key.startsWith(`${prefix}!`))
    .map(([key, text]) => [numberIn(key), text] as const satisfies [number, string])

const pendingIn = (contents: Contents): OutboxItem[] =>
  rowsOf(contents, 'item').map(([number, text]) => ({ number, text }))

const failedIn = (contents: Contents): Map<number, FailedEvent> =>
  new Map(rowsOf(contents, 'failed').map(([number, text]) => [number, JSON.parse(text) as FailedEvent]))

const noop = (): void => {}

export class LevelOutbox implements Outbox, ProgressMark {
  readonly #database: OutboxDatabase
  readonly #writer: GroupWriter
  readonly #failed: Map<number, FailedEvent>
  readonly #faultListeners: ((error: Error) => void)[] = []
  #pending: readonly OutboxItem[]
  #progress: number
  /** Failed events are numbered by themselves: item numbers may begin anew when nothing is pending. */
  #lastFailed: number

  constructor(database: OutboxDatabase, contents: Contents, clock: Clock) {
    this.#database = database
    this.#writer = new GroupWriter(database, clock, (error) => this.#tellFault(error))
    this.#pending = pendingIn(contents)
    this.#failed = failedIn(contents)
    this.#lastFailed = Math.max(0, ...[...this.#failed.keys()].slice(-1))
    this.#progress = Number(contents.get(PROGRESS_KEY) ?? 0)
  }

  pending(): readonly OutboxItem[] {
    const pending = this.#pending
    this.#pending = []
    return pending
  }

  add({ number, text }: OutboxItem, stored: () => void): void {
    const key = itemKey(number)
    this.#writer.put(key, sealed(key, text), stored)
  }

  /** Not synced: after a crash of the machine the items may be back, and are sent again. */
  confirm(numbers: readonly number[]): void {
    for (const number of numbers) this.#writer.delete(itemKey(number))
  }

  fail(number: number, failed: FailedEvent): void {
    this.#lastFailed += 1
    this.#failed.set(this.#lastFailed, failed)
    this.#writer.delete(itemKey(number))
    const key = failedKey(this.#lastFailed)
    this.#writer.put(key, sealed(key, JSON.stringify(failed)), noop)
    if (this.#failed.size > FAILED_KEPT) this.#dropOldestFailed()
  }

  failed(): readonly FailedEvent[] {
    return [...this.#failed.values()]
  }

  progress(): number {
    return this.#progress
  }

  saveProgress(progress: number): void {
    this.#progress = progress
    this.#writer.putLater(PROGRESS_KEY, sealed(PROGRESS_KEY, String(progress)))
  }

  onFault(listener: (error: Error) => void): void {
    this.#faultListeners.push(listener)
  }

  async close(): Promise<void> {
    await this.#writer.flush()
    await this.#database.close()
  }

  #dropOldestFailed(): void {
    const [oldest] = this.#failed.keys()
    if (oldest === undefined) return
    this.#failed.delete(oldest)
    this.#writer.delete(failedKey(oldest))
  }

  #tellFault(error: Error): void {
    for (const listener of this.#faultListeners) listener(error)
  }
}

export interface LevelOutboxOptions {
  readonly folder: string
  /** The participant that owns the folder, `vendor/<store>/<id>` or `driver/<id>`. */
  readonly participant: string
  readonly clock?: Clock
  /** In place of the LevelDB in `folder`. */
  readonly database?: OutboxDatabase
}

/**
 * Opens the outbox in a folder, which is made if need be.
 * @throws Fault `in-use` when a live process or another participant has the folder, or its format is unknown; Fault `outbox` when it cannot be read
 */
export const openLevelOutbox = async (options: LevelOutboxOptions): Promise<LevelOutbox> => {
  const database = options.database ?? outboxDatabaseAt(options.folder)
  const contents = await openOutboxDatabase(database, options.folder, options.participant)
  return new LevelOutbox(database, contents, options.clock ?? systemClock)
}

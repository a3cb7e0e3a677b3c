/**
 * The journal: all that a group has changed, in one value or a few. An order changes in seven steps and lies in three queues on its way; writing each step under its own key costs two or three puts an event. So a group's
 * changes are made durable together here, and what they are about is written back under its own keys when the group leaves the journal: by then most entries are gone and most orders at rest.
 *
 * A group enters with its own write and leaves with a later one, which also holds what is written back. It leaves when the journal is longer than its limit, or at the second heartbeat after it entered, so that neither memory nor the
 * time of a start grows, and nothing stays here for ever in a hub with little to do.
 */
import { Fault } from '../../../shared/fault.ts'
import { type JournaledChange, readChange, writeChanges } from './changes.ts'
import { decode, encode } from './codec.ts'
import type { Batch, Database } from './database.ts'
import { JOURNAL_KEY, journalKey, journalRange } from './keys.ts'
import { PackedReader, PackedWriter } from './packed.ts'
import type { Changes, Tables } from './tables.ts'

/** A group with more is written in several values: none is to become too long. */
const LONGEST_VALUE = 1024 * 1024

/** Its values are numbered one after another. */
interface Group {
  readonly first: number
  readonly last: number
  readonly size: number
}

export class Journal {
  readonly #longest: number
  readonly #packed = new PackedWriter()
  #next: number
  /** Oldest first. */
  #groups: Group[] = []
  #size = 0
  /** Groups up to the first number leave with the next write, those up to the second from the next heartbeat on. */
  #due = 0
  #beat = 0

  /**
   * @param next the first number that is free, and larger than 0
   * @param longest in bytes
   */
  constructor(next: number, longest: number) {
    this.#next = next
    this.#longest = longest
  }

  /** What was there at the heartbeat before leaves with the next write. */
  heartbeat(): void {
    this.#due = Math.max(this.#due, this.#beat)
    this.#beat = this.#next - 1
  }

  /** What is there now leaves with the next write. */
  empty(): void {
    this.#due = Math.max(this.#due, this.#next - 1)
  }

  /** Everything leaves with the next write. */
  close(): void {
    this.#due = Number.POSITIVE_INFINITY
  }

  /**
   * Lets old groups go in a write that MUST hold, written back, whatever needs them.
   * @returns the number of the last one that leaves, 0 if none does
   */
  leave(batch: Pick<Batch, 'put' | 'del'>): number {
    let count = 0
    for (const group of this.#groups) {
      if (!this.#isDue(group)) break
      for (let number = group.first; number <= group.last; number += 1) batch.del(journalKey(number))
      this.#size -= group.size
      count += 1
    }
    const last = this.#groups[count - 1]?.last ?? 0
    if (last === 0) return 0
    batch.put(JOURNAL_KEY, encode(JOURNAL_KEY, last + 1))
    this.#groups = this.#groups.slice(count)
    return last
  }

  /** Of the oldest one. */
  #isDue({ last }: Group): boolean {
    return this.#size > this.#longest || last <= this.#due
  }

  /**
   * Adds a group's changes to its write.
   * @param tables as the group has left them
   * @returns its number, and whether it has changed anything
   */
  enter(batch: Pick<Batch, 'put'>, changes: Changes, tables: Tables): { last: number; isEmpty: boolean } {
    const first = this.#next
    let size = 0
    const put = () => {
      const key = journalKey(this.#next)
      const value = this.#packed.take(key)
      batch.put(key, value)
      size += value.length
      this.#next += 1
    }
    const written = () => {
      if (this.#packed.length >= LONGEST_VALUE) put()
    }
    writeChanges(this.#packed, changes, { tables, written })
    if (this.#packed.length > 0) put()
    const group = { first, last: this.#next - 1, size }
    const isEmpty = group.last < first
    if (!isEmpty) this.#groups.push(group)
    this.#size += size
    return { last: group.last, isEmpty }
  }
}

/** What a journal holds when it is found. */
export interface FoundJournal {
  /** In the order in which they were made. */
  readonly changes: readonly JournaledChange[]
  readonly keys: readonly string[]
  /** The number that is free behind it. */
  readonly next: number
}

const checkNumbers = (keys: readonly string[], first: number): void => {
  for (const [index, key] of keys.entries())
    if (key !== journalKey(first + index))
      throw new Fault(
        'corrupt',
        `The journal in the data folder lacks number ${first + index}: it goes on with ${key}. Restore the folder from a backup, or check the disk.`,
      )
}

const changesIn = (key: string, value: string): JournaledChange[] => {
  const changes: JournaledChange[] = []
  for (const from = new PackedReader(key, value); !from.isAtEnd; ) changes.push(readChange(from))
  return changes
}

/** @throws Fault `corrupt` if a value is damaged or lacks */
export const readJournal = async (db: Database): Promise<FoundJournal> => {
  const text = await db.get(JOURNAL_KEY)
  const first = text === undefined ? 1 : decode<number>(JOURNAL_KEY, text)
  const values = await db.iterator(journalRange(first)).all()
  const keys = values.map(([key]) => key)
  checkNumbers(keys, first)
  return {
    changes: values.flatMap(([key, value]) => changesIn(key, value)),
    keys,
    next: first + values.length,
  }
}

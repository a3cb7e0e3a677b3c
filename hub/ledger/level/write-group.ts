/** Begins to write a group, as one batch: its changes, which enter the journal, what leaves the journal with it, written back, and values of the folder itself. */
import type { Database } from './database.ts'
import type { Group } from './group.ts'
import type { Journal } from './journal.ts'
import type { Changes, Tables } from './tables.ts'
import { writeBack } from './write-back.ts'

/** A group on its way to the disk. */
export interface Written {
  /** Numbers in the journal: of the last group that leaves it with this write, and of the one that enters. */
  readonly left: number
  readonly entered: number
  readonly changes: Changes
  readonly isEmpty: boolean
  readonly durable: Promise<void>
}

export interface GroupWriteParts {
  readonly db: Database
  readonly journal: Journal
  readonly tables: Tables
  /** Told before the write begins, of a group that writes something. */
  began(): void
}

export const writeGroup = ({ values }: Group, { db, journal, tables, began }: GroupWriteParts): Written => {
  const batch = db.batch()
  const left = journal.leave(batch)
  if (left > 0) writeBack(batch, tables, left)
  const changes = tables.takeGroup()
  const { last: entered, isEmpty: isUnchanged } = journal.enter(batch, changes, tables)
  for (const [key, value] of values) {
    if (value === null) batch.del(key)
    else batch.put(key, value)
  }
  const isEmpty = left === 0 && isUnchanged && values.size === 0
  if (isEmpty) return { left, entered, changes, isEmpty, durable: Promise.resolve() }
  began()
  return { left, entered, changes, isEmpty, durable: batch.write({ sync: true }) }
}

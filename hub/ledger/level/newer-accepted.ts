/**
 * What the journal holds of the index of acceptance times. Its orders are thousands under load, and a page of the newest wants fifty: so times are compared as they are, and keys made only of those that may be among the first. They come about in the
 * order of their times, which makes that few; were they to come in another one, it would be more work and no other answer.
 */
import type { OrderRecord } from '../../domain/order-record.ts'
import { withoutPrefix } from './keys.ts'
import type { NewerKeys } from './overlay.ts'
import type { UnwrittenRow } from './rows.ts'
import { acceptedIndex } from './write-back.ts'

type Unwritten = Pick<UnwrittenRow<string, OrderRecord>, 'stored' | 'row'>

/** Those that are not older than the oldest of the last so many: all of the newest, however they lie. */
const newestOf = (records: readonly OrderRecord[], limit: number): readonly OrderRecord[] => {
  if (records.length <= limit) return records
  let oldest = records.at(-1)!.time
  for (const { time } of records.slice(-limit)) if (time < oldest) oldest = time
  return records.filter(({ time }) => time >= oldest)
}

const keyOf = (record: OrderRecord): string => acceptedIndex(record)!

/** The key is made only of one that was accepted in that very millisecond. */
const isBefore = (record: OrderRecord, end: string): boolean =>
  record.time <= end && (!end.startsWith(record.time) || withoutPrefix(keyOf(record)) < end)

/** @param range.before a time, or an index key's end */
export const newerAccepted = (
  unwritten: Iterable<Unwritten>,
  { before, limit }: { before: string; limit: number },
): NewerKeys => {
  const added: OrderRecord[] = []
  const hidden = new Set<string>()
  for (const { stored, row } of unwritten) {
    // An order that was removed may have been made anew.
    const isSame = stored !== null && row !== null && stored.time === row.time
    if (isSame) continue
    if (stored !== null) hidden.add(keyOf(stored))
    if (row !== null && isBefore(row, before)) added.push(row)
  }
  return { added: newestOf(added, limit).map(keyOf), hidden }
}

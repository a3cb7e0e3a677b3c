/**
 * The layout of the data folder. A key is a prefix and names joined by `/`, which no name contains, so that a range `prefix/name/` holds exactly what
 * belongs to that name. Positions have a fixed width: key order is queue order.
 *
 * | key | value |
 * |---|---|
 * | `o/<store>/<order>` | OrderRecord (`order-row.ts`) |
 * | `p/<participant>` | ParticipantRecord |
 * | `s/<store>` | the store's participants that have a queue |
 * | `q/<participant>/<position>` | Entry in the queue |
 * | `r/<participant>/<position>` | Retry |
 * | `x/<participant>/<position>` | DeadLetter |
 * | `h/<driver>/<store>/<order>` | a driver holds the order: leased, assigned or in transit |
 * | `e/<time>/<store>/<order>` | the order ended then; whether nobody delivered it |
 * | `a/<time>/<store>/<order>` | the order was accepted then; the time as its row has it, ISO 8601 |
 * | `t/<participant>` | Revocation of its tokens; not in the journal |
 * | `n/<kind>/<name>` | a Note's value; not in the journal |
 * | `j/<number>` | changes in the journal (`journal.ts`) that the keys above may not show yet |
 * | `m/…` | the folder's format, the last position handed out, the first number in the journal, when the hub was last alive |
 */
import { FLEET, type OrderKey, type ParticipantId } from '../../../shared/ids.ts'
import type { Place } from '../../domain/entry.ts'
import type { Note } from '../../domain/note.ts'
import type { OrderRecord } from '../../domain/order-record.ts'

/** 36 ** 11 is above Number.MAX_SAFE_INTEGER. */
const NUMBER_WIDTH = 11
const PREFIX_OF: Readonly<Record<Place, string>> = { queue: 'q', retry: 'r', dead: 'x' }

const fixedWidth = (number: number): string => number.toString(36).padStart(NUMBER_WIDTH, '0')

export const FORMAT_KEY = 'm/format'
export const POSITION_KEY = 'm/position'
export const ALIVE_KEY = 'm/alive'
export const JOURNAL_KEY = 'm/journal'

export const orderRowKey = (order: OrderKey): string => `o/${order}`
export const participantRowKey = (participant: ParticipantId): string => `p/${participant}`
export const rosterKey = (store: string): string => `s/${store}`
export const entryKey = (place: Place, participant: ParticipantId, position: number): string =>
  `${PREFIX_OF[place]}/${participant}/${fixedWidth(position)}`
export const heldKey = (driver: string, order: OrderKey): string => `h/${driver}/${order}`
export const endedKey = (endedMs: number, order: OrderKey): string => `e/${fixedWidth(endedMs)}/${order}`
/** Times as texts are in their order, too, and a row need not be asked for what it has as a text. */
export const acceptedKey = (time: string, order: OrderKey): string => `a/${time}/${order}`

export const revocationKey = (participant: ParticipantId): string => `t/${participant}`

export const noteKey = ({ kind, name }: Pick<Note, 'kind' | 'name'>): string => `n/${kind}/${name}`

export const journalKey = (number: number): string => `j/${fixedWidth(number)}`

export interface KeyRange {
  readonly gt: string
  readonly lt: string
}

/** `0` is the character after `/`: the range holds every key that begins with `prefix/`. */
const below = (prefix: string): KeyRange => ({ gt: `${prefix}/`, lt: `${prefix}0` })

export const entryRange = (
  place: Place,
  participant: ParticipantId,
  between: { after: number; upTo?: number },
): KeyRange => ({
  gt: entryKey(place, participant, between.after),
  lt:
    between.upTo === undefined
      ? below(`${PREFIX_OF[place]}/${participant}`).lt
      : entryKey(place, participant, between.upTo + 1),
})

export const participantRange = (after: string): KeyRange => ({ gt: `p/${after}`, lt: below('p').lt })
export const journalRange = (first: number): KeyRange => ({ gt: journalKey(first - 1), lt: below('j').lt })
export const revocationRange = (after: string): KeyRange => ({ gt: `t/${after}`, lt: below('t').lt })
export const noteRange = (kind: Note['kind'], after: string): KeyRange => ({
  gt: noteKey({ kind, name: after }),
  lt: below(`n/${kind}`).lt,
})
/** The name in a note's key. */
export const noteNameOf = (key: string): string => key.split('/').slice(2).join('/')
export const heldRange = below('h')
/** @param driver null for all; @param after behind an index key's end, if one is given */
export const heldByRange = (driver: string | null, after: string | null): KeyRange => {
  const { gt, lt } = driver === null ? heldRange : below(`h/${driver}`)
  return { gt: after !== null && `h/${after}` > gt ? `h/${after}` : gt, lt }
}
export const endedRange = (beforeMs: number): KeyRange => ({ gt: 'e/', lt: `e/${fixedWidth(beforeMs)}` })
/** Ended from a time on and before another one. @param after behind a key of them, if one is given */
export const endedBetweenRange = (times: {
  fromMs: number
  toMs: number
  after: string | null
}): KeyRange => ({
  gt: times.after ?? `e/${fixedWidth(times.fromMs)}`,
  lt: `e/${fixedWidth(times.toMs)}`,
})
/** Accepted from a time on and before another one; before an index key's end as well, if one is given. */
export const acceptedRange = (times: { from: string; to: string; before: string | null }): KeyRange => {
  const { from, to, before } = times
  return { gt: `a/${from}`, lt: `a/${before !== null && before < to ? before : to}` }
}

/** Behind every character of which keys are made. */
const LAST = '\x7f'

/** Keys that begin so, that one too: what keys consist of is ASCII. @param after behind a key of them, if one is given */
const beginningWith = (beginning: string, after: string | null): KeyRange => {
  const before = String.fromCharCode(beginning.charCodeAt(beginning.length - 1) - 1)
  const gt = `${beginning.slice(0, -1)}${before}${LAST}`
  return { gt: after !== null && after > gt ? after : gt, lt: `${beginning}${LAST}` }
}

export const orderRowRange = (beginning: string, after: string | null): KeyRange =>
  beginningWith(`o/${beginning}`, after === null ? null : `o/${after}`)
export const participantsFromRange = (beginning: string, after: string): KeyRange =>
  beginningWith(`p/${beginning}`, `p/${after}`)

/** Where an order lies, and where its events lie or have lain: the queues of its store, and its pickup's place in the fleet's, in all of that if it had several. */
export const rangesOf = ({ key, order, dispatch }: OrderRecord): KeyRange[] => {
  const row = orderRowKey(key)
  const { position, isReplay } = dispatch
  const pickup = entryRange('queue', FLEET, isReplay ? { after: 0 } : { after: position - 1, upTo: position })
  const queues = Object.values(PREFIX_OF).map((prefix) => below(`${prefix}/vendor/${order.store}`))
  return [{ gt: row, lt: `${row}/` }, ...queues, pickup, below(`r/${FLEET}`), below(`x/${FLEET}`)]
}

/** The order of a `h/…`, `e/…` or `a/…` key. */
export const orderOfIndexKey = (key: string): OrderKey => key.split('/').slice(2).join('/') as OrderKey
/** What is behind the prefix of a key. */
export const withoutPrefix = (key: string): string => key.slice(2)

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
 * | `e/<time>/<store>/<order>` | the order ended then |
 * | `j/<number>` | changes in the journal (`journal.ts`) that the keys above may not show yet |
 * | `m/…` | the folder's format, the last position handed out, the first number in the journal, when the hub was last alive |
 */
import type { OrderKey, ParticipantId } from '../../../shared/ids.ts'
import type { Place } from '../../domain/entry.ts'

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
export const heldRange = below('h')
export const endedRange = (beforeMs: number): KeyRange => ({ gt: 'e/', lt: `e/${fixedWidth(beforeMs)}` })
/** The order of a `h/…` or `e/…` key. */
export const orderOfIndexKey = (key: string): OrderKey => key.split('/').slice(2).join('/') as OrderKey

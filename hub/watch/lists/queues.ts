/**
 * The list of queues. First come those that are owed something or are in trouble, by rank (`ranking.ts`), from memory; then all others by name, from the ledger. Where a page goes on is said by the last one's score and name, so that ranks
 * may change between two pages. A page of a search, or of trouble only, is found in bounded steps.
 */
import type { ParticipantId } from '../../../shared/ids.ts'
import type { List, QueueRow } from '../../../shared/watch.ts'
import { hasLeft, type ParticipantRecord } from '../../domain/participant.ts'
import type { After, ListsLedger, LiveQueues, QueuesAsked } from '../ports.ts'
import { OLD_EVENT_MS } from '../rows.ts'
import { PAGE_ROWS } from './orders.ts'
import type { Owed, OwedParticipants } from './owed.ts'
import type { QueueRows } from './queue-rows.ts'
import { FirstOf, isTroubleScore, type Ranked, scoreOf, TROUBLED_SCORE } from './ranking.ts'

/** Rows that are read a call, to find out whether they are in trouble. */
const MOST_READ = 250
/** Ranks that are worked out in one turn of the event loop: somewhat less than a millisecond. */
const RANKS = 2000
const NAMES = 200
const MOST_NAMES = 2000

export interface QueueListsParts {
  readonly ledger: Pick<ListsLedger, 'participantsFrom'>
  readonly owed: OwedParticipants
  readonly rows: QueueRows
  readonly live: LiveQueues
  now(): number
  /** Calls back when everybody else has had a turn. */
  endOfTurn(run: () => void): void
}

/** Where a page goes on: behind a rank, or behind a name among those that have none. */
type Cursor =
  | { readonly kind: 'rank'; readonly after: Ranked | null }
  | { readonly kind: 'name'; readonly after: string }

const rankText = ({ score, id }: Ranked): string => `rank:${score}:${id}`
const nameText = (after: string): string => `name:${after}`

const cursorIn = (text: After): Cursor => {
  const [kind, ...rest] = (text ?? '').split(':')
  if (kind === 'name') return { kind, after: rest.join(':') }
  const score = Number(rest[0])
  const isRank = kind === 'rank' && rest.length > 1 && Number.isFinite(score)
  return { kind: 'rank', after: isRank ? { score, id: rest.slice(1).join(':') as ParticipantId } : null }
}

/** Beginnings of names for which somebody may look who leaves out the role, in the order of names; none covers another. */
export const beginningsOf = (search: string): string[] => {
  const beginnings = [search, `driver/${search}`, `vendor/${search}`].sort()
  return beginnings.filter((one) => !beginnings.some((other) => one !== other && one.startsWith(other)))
}

const isSearched = (id: string, beginnings: readonly string[]): boolean =>
  beginnings.some((beginning) => id.startsWith(beginning))

/** What one call looks at. */
interface Asked {
  readonly all: ReadonlyMap<ParticipantId, Owed>
  /** In trouble, whatever is owed to them. */
  readonly troubled: ReadonlySet<ParticipantId>
  /** Has it been listed by its rank? */
  isRanked(id: ParticipantId): boolean
  readonly beginnings: readonly string[]
  readonly onlyTrouble: boolean
}

export class QueueLists {
  readonly #parts: QueueListsParts

  constructor(parts: QueueListsParts) {
    this.#parts = parts
  }

  async queues({ onlyTrouble = false, search = '', after }: QueuesAsked): Promise<List<QueueRow>> {
    const all = await this.#parts.owed.all()
    const troubled = new Set(this.#parts.live.troubled())
    const isRanked = (id: ParticipantId): boolean => all.has(id) || troubled.has(id)
    const asked: Asked = { all, troubled, isRanked, beginnings: beginningsOf(search), onlyTrouble }
    const cursor = cursorIn(after)
    if (cursor.kind === 'name') return this.#others(asked, cursor.after, PAGE_ROWS)
    const ranked = await this.#ranked(asked, cursor.after)
    if (ranked.next !== null || onlyTrouble) return ranked
    // What is owed may have come and gone since the ranks were read: nobody may fall between the two lists.
    const shown = new Set(ranked.rows.map(({ participant }) => participant))
    const listed =
      cursor.after === null ? { ...asked, isRanked: (id: ParticipantId) => shown.has(id) } : asked
    const others = await this.#others(listed, '', PAGE_ROWS - ranked.rows.length)
    return { ...others, rows: [...ranked.rows, ...others.rows] }
  }

  async #ranked(asked: Asked, after: Ranked | null): Promise<List<QueueRow>> {
    const rows: QueueRow[] = []
    let last = after
    for (let read = 0; read < MOST_READ; ) {
      const limit = PAGE_ROWS - rows.length
      const first = await this.#first(asked, last, limit + 1)
      const taken = first.slice(0, limit)
      const found = await this.#parts.rows.of(taken.map(({ id }) => id))
      rows.push(...(asked.onlyTrouble ? found.filter(({ trouble }) => trouble) : found))
      if (first.length <= limit) return { rows, next: null }
      read += taken.length
      last = taken.at(-1)!
      if (rows.length === PAGE_ROWS) return { rows, next: rankText(last) }
    }
    return { rows, next: rankText(last!), partial: true }
  }

  /** Of all that have a rank. Of trouble only those that are in it, or may be once it is read how old their oldest entry is. */
  async #first(asked: Asked, after: Ranked | null, limit: number): Promise<readonly Ranked[]> {
    const { all, troubled, beginnings, onlyTrouble } = asked
    const { live, now, endOfTurn } = this.#parts
    const first = new FirstOf(after, limit)
    const oldMs = now() - OLD_EVENT_MS
    let ranks = 0
    for (const [id, owed] of all) {
      ranks += 1
      if (ranks % RANKS === 0) await new Promise<void>((resolve) => endOfTurn(resolve))
      if (!isSearched(id, beginnings)) continue
      const score = scoreOf(owed, live.isConnected(id) || live.isElsewhere(owed.record), troubled.has(id))
      const mayBeTrouble = isTroubleScore(score) || owed.sinceMs === null || owed.sinceMs < oldMs
      if (mayBeTrouble || !onlyTrouble) first.offer(score, id)
    }
    for (const id of troubled) if (!all.has(id) && isSearched(id, beginnings)) first.offer(TROUBLED_SCORE, id)
    return first.ranked
  }

  /** Those that have no rank. */
  async #others(asked: Asked, after: string, limit: number): Promise<List<QueueRow>> {
    const records: ParticipantRecord[] = []
    let looked = 0
    let next: string | null = null
    for await (const record of this.#named(asked.beginnings, after)) {
      const isOther = !asked.isRanked(record.id) && !hasLeft(record)
      if (isOther && records.length === limit) {
        next = nameText(records.at(-1)?.id ?? after)
        break
      }
      if (isOther) records.push(record)
      looked += 1
      if (looked < MOST_NAMES) continue
      return { rows: await this.#parts.rows.ofRecords(records), next: nameText(record.id), partial: true }
    }
    return { rows: await this.#parts.rows.ofRecords(records), next }
  }

  async *#named(beginnings: readonly string[], after: string): AsyncGenerator<ParticipantRecord> {
    let last = after
    for (const beginning of beginnings)
      for (;;) {
        const page = await this.#parts.ledger.participantsFrom({ beginning, after: last, limit: NAMES })
        yield* page
        last = page.at(-1)?.id ?? last
        if (page.length < NAMES) break
      }
  }
}

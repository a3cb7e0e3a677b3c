/**
 * What has happened to an order, oldest first. It is added to at every step and read hardly ever, so it is kept as the JSON of its items, joined by commas: to add one encodes none of the others. An item is a list: milliseconds since
 * 1970, what, the participant, the event, the reason; what an item does not have is null, and left out at the end.
 */
import { nameJson } from '../../shared/json-text.ts'
import type { EventName, HistoryItem } from '../../shared/protocol.ts'
import { isoTime } from './time.ts'

export type History = string & { readonly __brand: 'History' }

/** What happened, without when. */
export type Happening = Omit<HistoryItem, 'time'>

type Item = readonly [
  timeMs: number,
  what: HistoryItem['what'],
  participant?: string | null,
  event?: EventName | null,
  reason?: string,
]

export const NO_HISTORY = '' as History

const textOf = (timeMs: number, { what, participant, event, reason }: Happening): string => {
  if (reason !== undefined)
    return `[${timeMs},"${what}",${nameJson(participant)},${nameJson(event)},${JSON.stringify(reason)}]`
  if (event !== undefined) return `[${timeMs},"${what}",${nameJson(participant)},"${event}"]`
  return participant === undefined ? `[${timeMs},"${what}"]` : `[${timeMs},"${what}","${participant}"]`
}

interface Written {
  readonly timeMs: number
  readonly happening: Happening
  readonly text: string
}

/** The last item of each kind: what is decided together happens at the same time, and often to many orders of one participant. */
const lastWritten = new Map<HistoryItem['what'], Written>()

const isSame = (written: Written, timeMs: number, { participant, event, reason }: Happening): boolean =>
  written.timeMs === timeMs &&
  written.happening.event === event &&
  written.happening.participant === participant &&
  written.happening.reason === reason

const itemText = (timeMs: number, happening: Happening): string => {
  const last = lastWritten.get(happening.what)
  if (last !== undefined && isSame(last, timeMs, happening)) return last.text
  const text = textOf(timeMs, happening)
  lastWritten.set(happening.what, { timeMs, happening, text })
  return text
}

export const withItem = (history: History, timeMs: number, happening: Happening): History =>
  (history === NO_HISTORY
    ? itemText(timeMs, happening)
    : `${history},${itemText(timeMs, happening)}`) as History

const itemOf = ([timeMs, what, participant, event, reason]: Item): HistoryItem => ({
  time: isoTime(timeMs),
  what,
  ...(participant && { participant }),
  ...(event && { event }),
  ...(reason !== undefined && { reason }),
})

/** As many asterisks as its JSON has characters. */
export const masked = (text: string): string => '*'.repeat(JSON.stringify(text).length - 2)

/** The reasons of these are the hub's own. */
const OWN_REASONS: readonly HistoryItem['what'][] = ['not-acknowledged', 'driver-away', 'assignment-expired']

const itemWithoutReason = (item: Item): Item => {
  const [timeMs, what, participant = null, event = null, reason] = item
  return reason === undefined || OWN_REASONS.includes(what)
    ? item
    : [timeMs, what, participant, event, masked(reason)]
}

/** The history with asterisks for what people wrote, exactly as long as before: leases are told apart by how long it is. */
export const withoutReasons = (history: History): History =>
  (JSON.parse(`[${history}]`) as Item[])
    .map((item) => JSON.stringify(itemWithoutReason(item)))
    .join(',') as History

const NEXT_ITEM = ',['

const msOfItem = (text: string): number | null => {
  try {
    return (JSON.parse(text) as Item)[0]
  } catch {
    return null
  }
}

/** When the newest thing happened, without reading all others; milliseconds since 1970. Null if nothing has. */
export const newestMsOf = (history: History): number | null => {
  // What looks like the beginning of an item in somebody's reason is none: from there to the end one quotation mark lacks its match.
  for (let at = history.lastIndexOf(NEXT_ITEM); at > 0; at = history.lastIndexOf(NEXT_ITEM, at - 1)) {
    const timeMs = msOfItem(history.slice(at + 1))
    if (timeMs !== null) return timeMs
  }
  return history === NO_HISTORY ? null : msOfItem(history)
}

export const itemsOf = (history: History): readonly HistoryItem[] =>
  (JSON.parse(`[${history}]`) as Item[]).map(itemOf)

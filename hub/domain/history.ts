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

export const withItem = (history: History, timeMs: number, happening: Happening): History =>
  (history === NO_HISTORY ? textOf(timeMs, happening) : `${history},${textOf(timeMs, happening)}`) as History

const itemOf = ([timeMs, what, participant, event, reason]: Item): HistoryItem => ({
  time: isoTime(timeMs),
  what,
  ...(participant && { participant }),
  ...(event && { event }),
  ...(reason !== undefined && { reason }),
})

export const itemsOf = (history: History): readonly HistoryItem[] =>
  (JSON.parse(`[${history}]`) as Item[]).map(itemOf)

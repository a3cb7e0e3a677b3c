/**
 * What has happened to an order, oldest first. It is added to at every step and read hardly ever, so it is kept as the JSON of its items, joined by commas: to add one encodes none of the others.
 */
import type { HistoryItem } from '../../shared/protocol.ts'

export type History = string & { readonly __brand: 'History' }

export const NO_HISTORY = '' as History

/** Times, names and participants hold no character that JSON would escape. */
const textOf = ({ time, what, participant, event, reason }: HistoryItem): string => {
  const who = participant === undefined ? '' : `,"participant":"${participant}"`
  const about = event === undefined ? '' : `,"event":"${event}"`
  const why = reason === undefined ? '' : `,"reason":${JSON.stringify(reason)}`
  return `{"time":"${time}","what":"${what}"${who}${about}${why}}`
}

export const withItem = (history: History, item: HistoryItem): History =>
  (history === NO_HISTORY ? textOf(item) : `${history},${textOf(item)}`) as History

export const historyOf = (items: readonly HistoryItem[]): History => items.map(textOf).join(',') as History

export const itemsOf = (history: History): readonly HistoryItem[] =>
  JSON.parse(`[${history}]`) as HistoryItem[]

import { jsonOf } from '../../../shared/json-text.ts'
import type { DeadLetter, Entry, Retry } from '../../domain/entry.ts'

/** The JSON of an entry in any place; in a queue with its payload's, which all who get the event share. Ids, names and times hold no character that JSON would escape. */
export const entryText = (entry: Entry | Retry | DeadLetter): string => {
  if ('failures' in entry) return JSON.stringify(entry)
  const { position, id, event, time, payload, replay } = entry
  const end = replay ? ',"replay":true}' : '}'
  return `{"position":${position},"id":"${id}","event":"${event}","time":"${time}","payload":${jsonOf(payload)}${end}`
}

export const entryIn = <T extends Entry>(text: string): T => JSON.parse(text) as T

/** What a trace proves: which confirmations left a hub, which events left an outbox, and whether each was on the disk before. */
import { expect } from 'chai'
import type { Call } from '../support/trace.ts'
import { clientText } from './websocket-frames.ts'

const isWrite = ({ name, file }: Call): boolean => name.includes('write') && /\/\d+\.log$/.test(file)
const isSync = ({ name }: Call): boolean => name === 'fdatasync'
const isSend = ({ file }: Call): boolean => file.startsWith('socket:')

const WRITTEN = /"((?:[^"\\]|\\.)*)"/
const CONFIRMED = /\\"ok\\":true,\\"id\\":\\"([0-9a-f-]{36})\\"/g
const PICKUP = /"event":"pickup","payload":\{[^{}]*?"orderId":"([^"]+)"/g

/** Texts that a pattern finds in what was sent, each with the first send that holds it. */
const sentTexts = (
  calls: readonly Call[],
  pattern: RegExp,
  said: (args: string) => string = (args) => args,
): Map<string, Call> => {
  const first = new Map<string, Call>()
  for (const call of calls)
    if (isSend(call))
      for (const [, text = ''] of said(call.args).matchAll(pattern))
        if (!first.has(text)) first.set(text, call)
  return first
}

/** What went to a log between two syncs, and the second of them. */
interface Group {
  readonly text: string
  readonly sync: Call
}

/** LevelDB writes a record in pieces as large as the file system's blocks, so only what is joined holds each text whole. */
const groupsIn = (calls: readonly Call[]): Group[] => {
  const groups: Group[] = []
  const unsynced = new Map<string, string>()
  for (const call of calls) {
    const text = unsynced.get(call.file) ?? ''
    if (isWrite(call)) unsynced.set(call.file, text + (WRITTEN.exec(call.args)?.[1] ?? ''))
    if (!isSync(call)) continue
    groups.push({ text, sync: call })
    unsynced.delete(call.file)
  }
  return groups
}

const lacking = (calls: readonly Call[], sentFirst: Map<string, Call>): string[] => {
  const groups = groupsIn(calls)
  // After a sync that failed a later one proves nothing.
  const isKept = (text: string, sent: Call): boolean =>
    groups.some(
      ({ text: written, sync: { result, ended } }) =>
        written.includes(text) && result === 0 && ended !== null && ended < sent.begun,
    )
  return [...sentFirst].filter(([text, sent]) => !isKept(text, sent)).map(([text]) => text)
}

/** Each confirmation that left the hub is of an event that was written, and synced with success, before. */
export const expectConfirmedAfterSync = (calls: readonly Call[]): void => {
  const confirmed = sentTexts(calls, CONFIRMED)
  expect(confirmed.size, 'confirmations in the trace').to.be.greaterThan(0)
  expect(lacking(calls, confirmed), 'confirmed and not synced before').to.deep.equal([])
}

/** Each pickup that a vendor sent was in its outbox before, written and synced. */
export const expectSentAfterSync = (calls: readonly Call[]): void => {
  const sent = sentTexts(calls, PICKUP, clientText)
  expect(sent.size, 'pickups in the trace').to.be.greaterThan(0)
  expect(lacking(calls, sent), 'sent and not synced before').to.deep.equal([])
}

/** Has the disk answered one of the program's writes or syncs with an error? */
export const hasFailed = (calls: readonly Call[]): boolean =>
  calls.some(({ name, file, result }) => /write|sync/.test(name) && /\.log$/.test(file) && result === -1)

/** How many syncs made events durable, of which these are the ids. */
export const syncsOf = (calls: readonly Call[], ids: readonly string[]): number => {
  const groups = groupsIn(calls)
  return new Set(ids.map((id) => groups.find(({ text }) => text.includes(id)))).size
}

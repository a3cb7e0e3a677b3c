/** What a trace proves: which confirmations left a hub, which events left an outbox, and whether each was on the disk before. */
import { expect } from 'chai'
import type { Call } from '../support/trace.ts'
import { clientText } from './websocket-frames.ts'

const isWrite = ({ name, file }: Call): boolean => name.includes('write') && /\/\d+\.log$/.test(file)
const isSync = ({ name }: Call): boolean => name === 'fdatasync'
const isSend = ({ file }: Call): boolean => file.startsWith('socket:')

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

const isBefore = ({ ended }: Call, { begun }: Call): boolean => ended !== null && ended < begun

/** Of each write that holds the text the sync behind it, if that succeeded: after one that failed a later one proves nothing. */
const syncsOfText = (calls: readonly Call[], text: string): Call[] =>
  calls
    .filter((write) => isWrite(write) && write.args.includes(text))
    .flatMap(
      (write) =>
        calls.find((sync) => isSync(sync) && sync.file === write.file && isBefore(write, sync)) ?? [],
    )
    .filter(({ result }) => result === 0)

const isKept = (calls: readonly Call[], text: string, sent: Call): boolean =>
  syncsOfText(calls, text).some((sync) => isBefore(sync, sent))

const lacking = (calls: readonly Call[], sent: Map<string, Call>): string[] =>
  [...sent].filter(([text, call]) => !isKept(calls, text, call)).map(([text]) => text)

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

/** How many syncs made events durable: those that followed the first writes of their ids. */
export const syncsOf = (calls: readonly Call[], ids: readonly string[]): number =>
  new Set(ids.map((id) => syncsOfText(calls, id)[0])).size

/** One who watches: a plain socket.io-client, with no code of ours. What docs/WATCH.md says is all that it knows. */
import { io, type Socket } from 'socket.io-client'
import type {
  Action,
  ActionReply,
  AuditLine,
  Changed,
  Hello,
  Look,
  Moves,
  Shown,
  Summary,
} from '../../shared/watch.ts'
import { atEndOfTest } from './cleanup.ts'
import { createInbox, eventOf, type Inbox, inTime } from './waiting.ts'

export interface TestWatcher {
  readonly socket: Socket
  readonly hellos: Inbox<Hello>
  readonly summaries: Inbox<Summary>
  readonly changes: Inbox<Changed>
  readonly moves: Inbox<Moves>
  readonly audit: Inbox<readonly AuditLine[]>
  readonly refusals: Inbox<{ readonly code: string }>
  look<View extends Look['view']>(
    look: Extract<Look, { view: View }>,
  ): Promise<Extract<Shown, { ok: true; view: View }>>
  /** Whatever it sends, and whatever comes back. */
  ask<Reply = { ok: boolean; code?: string }>(message: string, ...args: readonly unknown[]): Promise<Reply>
  act(action: Action): Promise<ActionReply>
}

const open = (url: string, auth: object): Socket => {
  const socket = io(`${url}/watch`, {
    auth: auth as Record<string, unknown>,
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
  })
  atEndOfTest(() => socket.disconnect())
  return socket
}

export const watcherOf = async (url: string, auth: object = {}): Promise<TestWatcher> => {
  const socket = open(url, auth)
  const inbox = <T>(message: string): Inbox<T> => {
    const box = createInbox<T>(`the message ${message}`)
    socket.on(message, box.put)
    return box
  }
  const ask = <Reply>(message: string, ...args: readonly unknown[]): Promise<Reply> =>
    inTime(socket.emitWithAck(message, ...args), () => `the answer to ${message}`)
  const watcher: TestWatcher = {
    socket,
    hellos: inbox('hello'),
    summaries: inbox('summary'),
    changes: inbox('changed'),
    moves: inbox('moves'),
    audit: inbox('audit'),
    refusals: inbox('refused'),
    look: (look) => ask('look', look),
    ask,
    act: (action) => ask('act', action),
  }
  await eventOf(socket, 'connect')
  return watcher
}

/** With what the hub refuses one who wants to watch. */
export const watchRefusalOf = async (url: string, auth: object): Promise<unknown> => {
  const [error] = await eventOf<[Error & { data?: unknown }]>(open(url, auth), 'connect_error')
  return error.data ?? error.message
}

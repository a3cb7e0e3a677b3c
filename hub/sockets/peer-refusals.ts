/** What both namespaces tell a peer, in the same words. */
import type { ExtendedError } from 'socket.io'
import type { Clock } from '../../shared/clock.ts'
import type { ConnectRefusal, Refused } from '../../shared/protocol.ts'
import { refusal } from '../../shared/refusal.ts'
import type { Refusal } from '../access/identity.ts'
import { cutSoon } from './slow-reader.ts'
import type { PeerSocket } from './types.ts'

export type Reason = Refusal & { readonly retryAfterMs?: number }

/** As Socket.IO sends it: a `connect_error` with this data. */
export const refusalError = (reason: Reason): ExtendedError =>
  Object.assign(new Error(reason.message), { data: reason })

export const STOPPING: Refusal = { code: 'not-ready', message: 'The hub is about to stop.' }

export const AWAY: Refusal = { code: 'not-ready', message: 'The hub cannot reach its database for now.' }

export const EXPIRED = refusal('no-longer-connected', 'The token of this connection has expired.')

export const tooLarge = (bytes: number): Refused =>
  refusal('too-large', `A message takes at most ${bytes} bytes; this one has more.`)

/** @param name may be anything that JSON can say, or missing */
export const unknownMessage = (name: unknown): Refused =>
  refusal('unknown-message', `There is no message ${JSON.stringify(name)?.slice(0, 64) ?? 'without a name'}.`)

/** Between ending a connection and cutting it, if what waited for it has not left by then. */
const ENDED_GRACE_MS = 1000

/** A socket of either namespace. */
interface Endable extends Pick<PeerSocket, 'conn'> {
  emit(message: 'refused', refusal: ConnectRefusal): unknown
  disconnect(close: true): unknown
}

/** Tells a peer why it is nobody any more, and closes its connection. */
export const endTelling = (
  socket: Endable,
  { code, message }: ConnectRefusal,
  clock: Pick<Clock, 'after'>,
): void => {
  socket.emit('refused', { code, message })
  const cancel = clock.after(ENDED_GRACE_MS, () => cutSoon(socket))
  socket.conn.once('close', cancel)
  socket.disconnect(true)
}

/**
 * From a message to its handler, and from the handler's answer to the peer. A message that came without a callback is processed all the same, and its answer counted; every other one
 * is answered, unless the connection has ended meanwhile.
 */
import type { Refused } from '../../shared/protocol.ts'
import { refusal } from '../../shared/refusal.ts'
import type { FrameLimit } from './frame-limit.ts'
import { HANDLERS, type Peer, refuse } from './handlers.ts'
import { EXPIRED, tooLarge, unknownMessage } from './peer-refusals.ts'
import type { ConnectionReports } from './ports.ts'
import type { Callback, PeerSocket } from './types.ts'

export interface Line extends Peer {
  readonly socket: Pick<PeerSocket, 'connected'>
  readonly reports: Pick<ConnectionReports, 'unheard'>
  readonly frameLimit: FrameLimit
  /** Has the token run out? */
  hasExpired(): boolean
  /** Has the peer been given up: because it does not read, or is nobody any more? */
  isCut(): boolean
}

const NOT_CONNECTED = refusal('no-longer-connected', 'Another connection has taken this participant over.')

const countUnheard = ({ reports }: Line, answer: object): void => {
  for (const one of Array.isArray(answer) ? answer : [answer]) reports.unheard((one as { ok: boolean }).ok)
}

const answerOf =
  (line: Line, callback: Callback | null): Callback =>
  (answer) => {
    if (callback === null) countUnheard(line, answer)
    else if (line.socket.connected && !line.isCut()) callback(answer)
  }

const messageRefusal = (line: Line, message: readonly unknown[]): Refused | null => {
  const { session, frameLimit } = line
  const [name] = message
  if (!session.isCurrent()) return NOT_CONNECTED
  if (line.hasExpired()) return EXPIRED
  if (frameLimit.isExceededBy(message)) return tooLarge(frameLimit.bytes)
  return HANDLERS.has(name as string) ? null : unknownMessage(name)
}

/** @param message its name comes first, and may be a number or missing: Socket.IO lets both through */
export const dispatch = (line: Line, message: readonly unknown[], callback: Callback | null): void => {
  const answer = answerOf(line, callback)
  const refused = messageRefusal(line, message)
  if (refused !== null) return refuse(line, answer, refused)
  HANDLERS.get(message[0] as string)!(line, message[1], answer)
}

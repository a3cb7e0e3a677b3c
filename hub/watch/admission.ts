/** Who may watch: an observer or an operator, by the token; in open mode everybody, as an operator. Pure but for the question who it is. */
import type { ConnectCode } from '../../shared/codes.ts'
import type { Access } from '../access/access.ts'
import { type Identity, isRefusal, type Refusal } from '../access/identity.ts'
import { may } from '../access/rights.ts'
import { networkOf } from '../sockets/network.ts'
import { refusalError, STOPPING } from '../sockets/peer-refusals.ts'
import type { WatchSocket } from '../sockets/types.ts'
import { decodeHandshake } from './messages.ts'

export interface WatchAdmissionParts {
  readonly access: Pick<Access, 'identify'>
  isDraining(): boolean
  /** Takes the connection for one watcher, if there is none on it. @returns false if there is */
  reserve(conn: WatchSocket['conn']): boolean
  /** It was refused after all. */
  release(conn: WatchSocket['conn']): void
  /** Are there as many as may be? */
  isFull(): boolean
  refused(code: ConnectCode, who: string): void
}

const refuse = (code: ConnectCode, message: string): Refusal => ({ code, message })

const FULL = refuse('not-ready', 'As many watch as may. Try again later.')
const AGAIN = refuse('bad-handshake', 'This connection watches already.')
const WRONG_ROLE = refuse('wrong-role', 'Only observers and operators watch. Use the token of one.')

const PROTOCOL = 1

const tokenIn = (auth: unknown): { token: string | null } | Refusal => {
  const decoded = decodeHandshake(auth ?? {})
  if (!decoded.ok) return refuse('bad-handshake', decoded.message)
  const { token = null, protocol = PROTOCOL } = decoded.value
  return protocol === PROTOCOL
    ? { token }
    : refuse('protocol-version', `protocol: got ${protocol}, this hub speaks ${PROTOCOL}`)
}

const identityOf = async (auth: unknown, parts: WatchAdmissionParts): Promise<Identity | Refusal> => {
  const handshake = tokenIn(auth)
  if ('code' in handshake) return handshake
  const found = await parts.access.identify(handshake.token)
  if (isRefusal(found)) return found
  if (!may(found, 'watch')) return WRONG_ROLE
  return parts.isDraining() ? STOPPING : found
}

export const watchAdmission =
  (parts: WatchAdmissionParts) =>
  (socket: WatchSocket, next: (error?: Error) => void): void => {
    const refuseWith = (refused: Refusal) => {
      parts.refused(refused.code, networkOf(socket.handshake.address))
      next(refusalError(refused))
    }
    if (!parts.reserve(socket.conn)) return refuseWith(AGAIN)
    identityOf(socket.handshake.auth, parts).then((identified) => {
      const found = parts.isFull() && !isRefusal(identified) ? FULL : identified
      if (isRefusal(found)) {
        parts.release(socket.conn)
        return refuseWith(found)
      }
      socket.data.identity = found
      next()
    })
  }

/**
 * Lets a connection in, or refuses it with a `connect_error` whose data is `{ code, message }`. It is let in when its participant is durable and every older connection of the same
 * participant has lost its grip on the queue.
 */
import type { ExtendedError } from 'socket.io'
import type { ConnectCode } from '../../shared/codes.ts'
import { NAMESPACE } from '../../shared/protocol.ts'
import type { Sender } from '../domain/order.ts'
import type { Applicant, Registration } from '../sessions/sessions.ts'
import { type Identity, identityOf } from './identity.ts'
import type { PeerSocket } from './types.ts'

export interface AdmissionParts {
  register(applicant: Applicant, reply: (registration: Registration) => void): void
  isDraining(): boolean
  refused(code: ConnectCode): void
}

const refusalError = (code: ConnectCode, message: string): ExtendedError =>
  Object.assign(new Error(message), { data: { code, message } })

class SocketApplicant implements Applicant {
  readonly #socket: PeerSocket
  readonly sender: Sender
  readonly receives: boolean

  constructor(socket: PeerSocket, { sender, handshake }: Extract<Identity, { kind: 'known' }>) {
    this.#socket = socket
    this.sender = sender
    this.receives = sender.role === 'driver' || handshake.receive !== false
  }

  /** For the one that is displaced: which connection took over, and from where. */
  get name(): string {
    return `${this.#socket.id} from ${this.#socket.handshake.address}`
  }

  /** One that is not yet accepted finds out when it is. */
  displaced(by: string): void {
    this.#socket.data.connection?.displaced(by)
  }
}

/** For all that connects elsewhere than to our namespace, where it would sit unknown and unanswered. */
export const wrongNamespace =
  (parts: Pick<AdmissionParts, 'refused'>) =>
  (_: unknown, next: (error: ExtendedError) => void): void => {
    parts.refused('bad-handshake')
    next(refusalError('bad-handshake', `Connect to the namespace ${NAMESPACE}.`))
  }

/** It may be gone before Socket.IO calls it connected, even before its registration is durable; then nobody else would end its session. */
const endIfGone = ({ conn }: PeerSocket, gone: () => void): void => {
  if (conn.readyState === 'closed') gone()
  else conn.once('close', gone)
}

export const admission =
  (parts: AdmissionParts) =>
  (socket: PeerSocket, next: (error?: ExtendedError) => void): void => {
    const refuse = (code: ConnectCode, message: string) => {
      parts.refused(code)
      next(refusalError(code, message))
    }
    if (parts.isDraining()) return refuse('not-ready', 'The hub is about to stop.')
    const identity = identityOf(socket.handshake.auth)
    if (identity.kind === 'refused') return refuse(identity.code, identity.message)
    const { sender, handshake } = identity
    parts.register(new SocketApplicant(socket, identity), (registration) => {
      if (registration.kind !== 'registered')
        return refuse('too-many-participants', 'This store has as many participants as it may have.')
      if (!registration.session.isCurrent()) return refuse('not-ready', 'A newer connection has taken over.')
      const gone = () => registration.session.end()
      endIfGone(socket, gone)
      socket.data.admitted = { sender, handshake, registration, gone }
      next()
    })
  }

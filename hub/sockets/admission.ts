/**
 * Lets a connection in, or refuses it with a `connect_error` whose data is `{ code, message }`. It is let in when its token is verified, its participant is durable and every older connection of the same
 * participant has lost its grip on the queue. In open mode there is nothing to verify, and nothing to wait for before it is registered.
 */
import type { ExtendedError } from 'socket.io'
import type { ConnectCode } from '../../shared/codes.ts'
import type { Handshake } from '../../shared/messages.ts'
import { NAMESPACE } from '../../shared/protocol.ts'
import type { Access } from '../access/access.ts'
import { type Identity, isRefusal, type Refusal } from '../access/identity.ts'
import type { Sender } from '../domain/order.ts'
import type { Applicant, Registration } from '../sessions/sessions.ts'
import type { Flapping } from './flapping.ts'
import { claimedIdentity, handshakeOf, provenRefusal, senderOf } from './identity.ts'
import { networkOf } from './network.ts'
import { AWAY, type Reason, refusalError, STOPPING } from './peer-refusals.ts'
import type { PeerSocket } from './types.ts'

type EnteringSocket = Pick<PeerSocket, 'id' | 'handshake' | 'data' | 'conn'>

export interface AdmissionParts {
  readonly access: Pick<Access, 'isOpen' | 'identify'>
  register(applicant: Applicant, reply: (registration: Registration) => void): void
  isDraining(): boolean
  /** Is the ledger's database out of reach for now? */
  isAway(): boolean
  readonly flapping: Pick<Flapping, 'pauseMs' | 'ended'>
  /** @param who a participant where it is known, else a network */
  refused(code: ConnectCode, who: string): void
}

class SocketApplicant implements Applicant {
  readonly #socket: EnteringSocket
  readonly sender: Sender
  readonly receives: boolean

  constructor(socket: EnteringSocket, sender: Sender, { receive }: Handshake) {
    this.#socket = socket
    this.sender = sender
    this.receives = sender.role === 'driver' || receive !== false
  }

  /** For the one that is displaced: which connection took over, and from where. */
  get name(): string {
    return `${this.#socket.id} from ${this.#socket.handshake.address}`
  }

  isGone(): boolean {
    return this.#socket.conn.readyState === 'closed'
  }

  /** One that is not yet accepted finds out when it is. */
  displaced(by: string): void {
    this.#socket.data.connection?.displaced(by)
  }
}

/** For all that connects elsewhere than to our namespace, where it would sit unknown and unanswered. */
export const wrongNamespace =
  (parts: Pick<AdmissionParts, 'refused'>) =>
  ({ handshake }: Pick<PeerSocket, 'handshake'>, next: (error: ExtendedError) => void): void => {
    parts.refused('bad-handshake', networkOf(handshake.address))
    next(refusalError({ code: 'bad-handshake', message: `Connect to the namespace ${NAMESPACE}.` }))
  }

/** It may be gone before Socket.IO calls it connected, even before its registration is durable; then nobody else would end its session. */
const endIfGone = ({ conn }: EnteringSocket, gone: () => void): void => {
  if (conn.readyState === 'closed') gone()
  else conn.once('close', gone)
}

/** Calls back at once in open mode, else when the token is verified. */
const identify = (
  { access }: AdmissionParts,
  handshake: Handshake,
  reply: (found: Identity | Refusal) => void,
): void => {
  if (access.isOpen) return reply(claimedIdentity(handshake))
  access
    .identify(handshake.token ?? null)
    .then((found) => reply(isRefusal(found) ? found : (provenRefusal(handshake, found) ?? found)))
}

const REGISTRATION_REFUSALS = {
  'too-many-participants':
    'This store has as many participants as it may have. Let one of them leave, or connect with receive: false.',
  'too-many-new-participants': 'The hub has come to know as many new participants as it does in a minute.',
} as const

const registrationRefusal = ({ kind, ...more }: Exclude<Registration, { kind: 'registered' }>): Reason => ({
  code: kind,
  message: REGISTRATION_REFUSALS[kind],
  ...more,
})

const flappingRefusal = (retryAfterMs: number): Reason => ({
  code: 'reconnecting-too-often',
  message: 'The connections of this participant have ended too soon, too often.',
  retryAfterMs,
})

export const admission =
  (parts: AdmissionParts) =>
  (socket: EnteringSocket, next: (error?: ExtendedError) => void): void => {
    const { address } = socket.handshake
    const refuse = (reason: Reason, who: string = networkOf(address)) => {
      parts.refused(reason.code, who)
      next(refusalError(reason))
    }
    const letIn = (handshake: Handshake, identity: Identity) => {
      const sender = senderOf(identity)
      const { participant } = sender
      const pauseMs = parts.flapping.pauseMs({ participant, address })
      if (pauseMs > 0) return refuse(flappingRefusal(pauseMs), participant)
      parts.register(new SocketApplicant(socket, sender, handshake), (registration) => {
        if (registration.kind !== 'registered') return refuse(registrationRefusal(registration), participant)
        if (!registration.session.isCurrent())
          return refuse({ code: 'not-ready', message: 'A newer connection has taken over.' }, participant)
        const gone = () => registration.session.end()
        endIfGone(socket, gone)
        socket.data.admitted = { identity, sender, handshake, registration, gone }
        next()
      })
    }
    const handshake = handshakeOf(socket.handshake.auth)
    if (parts.isDraining()) return refuse(STOPPING)
    if (parts.isAway()) return refuse(AWAY)
    if ('code' in handshake) return refuse(handshake)
    identify(parts, handshake, (found) => {
      // One that went while its token was looked at must not take its participant over from a connection that is there.
      if (socket.conn.readyState === 'closed') return
      if (isRefusal(found)) return refuse(found)
      if (parts.isDraining()) return refuse(STOPPING)
      letIn(handshake, found)
    })
  }

/** Socket.IO's server side, typed with our protocol. */
import type { Namespace, Socket } from 'socket.io'
import type { Handshake } from '../../shared/messages.ts'
import type { ClientToHub, HubToClient } from '../../shared/protocol.ts'
import type { Sender } from '../domain/order.ts'
import type { Registration } from '../sessions/sessions.ts'

/** What admission has established about a connection. */
export interface Admitted {
  readonly sender: Sender
  readonly handshake: Handshake
  readonly registration: Extract<Registration, { kind: 'registered' }>
}

export interface SocketData {
  admitted?: Admitted
  /** Set by admission, so that a displaced connection is told once it is there. */
  onDisplaced?: (by: string) => void
}

export type CapsNamespace = Namespace<ClientToHub, HubToClient, Record<string, never>, SocketData>
export type CapsSocket = Socket<ClientToHub, HubToClient, Record<string, never>, SocketData>

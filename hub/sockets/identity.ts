/**
 * Who a connection is, from its handshake: with keys what its token says, in open mode what the handshake says. Pure.
 */
import type { ConnectCode } from '../../shared/codes.ts'
import { driverId, vendorId } from '../../shared/ids.ts'
import { decoderOf, type Handshake, HandshakeSchema, PROTOCOL_VERSION } from '../../shared/messages.ts'
import type { Identity, Refusal } from '../access/identity.ts'
import { may } from '../access/rights.ts'
import type { Sender } from '../domain/order.ts'

const decodeHandshake = decoderOf(HandshakeSchema)

const refuse = (code: ConnectCode, message: string): Refusal => ({ code, message })

export const handshakeOf = (auth: unknown): Handshake | Refusal => {
  const decoded = decodeHandshake(auth)
  if (!decoded.ok) return refuse('bad-handshake', decoded.message)
  const { protocol = PROTOCOL_VERSION } = decoded.value
  return protocol === PROTOCOL_VERSION
    ? decoded.value
    : refuse('protocol-version', `protocol: got ${protocol}, this hub speaks ${PROTOCOL_VERSION}`)
}

const FOR_EVER = { issuedMs: 0, expiresMs: Number.POSITIVE_INFINITY } as const

/** Whom a hub without a key takes it for. */
export const claimedIdentity = ({ role, store, id }: Handshake): Identity | Refusal => {
  if (role === undefined) return refuse('bad-handshake', 'role: is required')
  if (role === 'vendor') {
    if (store === undefined) return refuse('bad-handshake', 'store: a vendor must name its store')
    const name = id ?? 'main'
    return { role, store, id: name, participant: vendorId(store, name), ...FOR_EVER }
  }
  if (id === undefined) return refuse('bad-handshake', 'id: a driver must have an id')
  return { role, id, participant: driverId(id), ...FOR_EVER }
}

/** A handshake need not say what the token says; what it does say must be the same. As in open mode, a driver may name any store. */
const mismatchOf = ({ role, store, id }: Handshake, identity: Identity): string | null => {
  if (role !== undefined && role !== identity.role) return 'role'
  if (id !== undefined && id !== identity.id) return 'id'
  return store !== undefined && identity.role === 'vendor' && store !== identity.store ? 'store' : null
}

/** Why an identity may not connect with this handshake. */
export const provenRefusal = (handshake: Handshake, identity: Identity): Refusal | null => {
  if (!may(identity, 'connect'))
    return refuse(
      'wrong-role',
      'Only vendors and drivers connect here. Observers and operators connect to /watch, or ask over HTTP.',
    )
  const field = mismatchOf(handshake, identity)
  return field === null ? null : refuse('token-mismatch', `${field}: the token is another participant's`)
}

/** @param identity of a vendor or a driver */
export const senderOf = ({ role, participant, store, id }: Identity): Sender =>
  role === 'vendor' ? { role, participant, store: store!, id } : { role: 'driver', participant, id }

/** Why a token does not prolong the life of an open connection; null if it does. */
export const renewalRefusal = (current: Identity, renewed: Identity): string | null => {
  if (renewed.participant !== current.participant) return "The token is another participant's."
  return renewed.expiresMs < current.expiresMs ? 'The token ends sooner than the one in use.' : null
}

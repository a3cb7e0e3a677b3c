/**
 * Who a connection is, from its handshake. Without a key the hub is open: identity is what the handshake says. Pure.
 */
import type { ConnectCode } from '../../shared/codes.ts'
import { driverId, vendorId } from '../../shared/ids.ts'
import { decoderOf, type Handshake, HandshakeSchema, PROTOCOL_VERSION } from '../../shared/messages.ts'
import type { Sender } from '../domain/order.ts'

export type Identity =
  | { readonly kind: 'known'; readonly sender: Sender; readonly handshake: Handshake }
  | { readonly kind: 'refused'; readonly code: ConnectCode; readonly message: string }

const decodeHandshake = decoderOf(HandshakeSchema)

const refuse = (code: ConnectCode, message: string): Identity => ({ kind: 'refused', code, message })

const senderOf = ({ role, store, id }: Handshake): Sender | string => {
  if (role === 'vendor') {
    if (store === undefined) return 'store: a vendor must name its store'
    return { role, store, id: id ?? 'main', participant: vendorId(store, id ?? 'main') }
  }
  if (id === undefined) return 'id: a driver must have an id'
  return { role, id, participant: driverId(id) }
}

export const identityOf = (auth: unknown): Identity => {
  const decoded = decodeHandshake(auth)
  if (!decoded.ok) return refuse('bad-handshake', decoded.message)
  const handshake = decoded.value
  const { protocol = PROTOCOL_VERSION } = handshake
  if (protocol !== PROTOCOL_VERSION)
    return refuse('protocol-version', `protocol: got ${protocol}, this hub speaks ${PROTOCOL_VERSION}`)
  const sender = senderOf(handshake)
  return typeof sender === 'string' ? refuse('bad-handshake', sender) : { kind: 'known', sender, handshake }
}

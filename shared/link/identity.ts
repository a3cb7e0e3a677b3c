/**
 * Who a link is: its options checked, its name as a participant, and what it says of itself at the handshake.
 */
import { Fault } from '../fault.ts'
import { driverId, type ParticipantId, vendorId } from '../ids.ts'
import { decoderOf, type Handshake, HandshakeSchema, PROTOCOL_VERSION } from '../messages.ts'
import type { LinkOptions } from './api.ts'

const DEFAULT_URL = 'http://localhost:3001'
const DEFAULT_VENDOR_ID = 'main'

const decodeHandshake = decoderOf(HandshakeSchema)

const unusable = (what: string): Fault =>
  new Fault('configuration', `The link's options are not usable: ${what}`)

/** Without members that are undefined: the hub's schema takes only what is there. */
const handshakeOf = (options: LinkOptions, token: string | undefined): Handshake => {
  const { role, store, id, window, capacity, receive } = options
  const members = {
    role,
    store,
    id,
    token,
    window,
    capacity,
    receive,
    protocol: PROTOCOL_VERSION,
    batch: true,
  }
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined),
  ) as unknown as Handshake
}

const participantOf = ({ role, store, id }: LinkOptions): ParticipantId =>
  role === 'vendor' ? vendorId(store ?? '', id ?? DEFAULT_VENDOR_ID) : driverId(id ?? '')

/** What a function gives is looked at when it gives it. */
const shownToken = ({ token }: LinkOptions): string | undefined =>
  typeof token === 'function' ? undefined : token

const faultOf = (options: LinkOptions): Fault | null => {
  const decoded = decodeHandshake(handshakeOf(options, shownToken(options)))
  if (!decoded.ok) return unusable(decoded.message)
  if (options.role === 'vendor' && options.store === undefined) return unusable('a vendor needs a store')
  if (options.role === 'driver' && options.id === undefined) return unusable('a driver needs an id')
  return null
}

/** `http://host:port`, without path: the namespace is the protocol's. */
const originOf = (url: string): string => {
  const origin = URL.canParse(url) ? new URL(url).origin : ''
  if (/^(https?|wss?):/.test(origin)) return origin
  throw unusable(`url: got ${JSON.stringify(url)}, expected one like ${DEFAULT_URL}`)
}

export interface Identity {
  readonly origin: string
  readonly participant: ParticipantId
  handshake(token: string | undefined): Handshake
}

/** @throws Fault `configuration` */
export const identityOf = (options: LinkOptions): Identity => {
  const fault = faultOf(options)
  if (fault !== null) throw fault
  return {
    origin: originOf(options.url ?? DEFAULT_URL),
    participant: participantOf(options),
    handshake: (token) => handshakeOf(options, token),
  }
}

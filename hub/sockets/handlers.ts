/**
 * What each message does. A handler gets the message's one argument as it came and a way to answer; it decodes, hands over to the part that is concerned, and answers with what that
 * says. There is one entry a message: a name that is not here is an unknown message.
 */
import type { RefusalCode } from '../../shared/codes.ts'
import { orderKey } from '../../shared/ids.ts'
import { type Decoded, decoderOf, INBOUND_SCHEMAS } from '../../shared/messages.ts'
import type { Receipt, Refused } from '../../shared/protocol.ts'
import { refusal } from '../../shared/refusal.ts'
import type { Identity } from '../access/identity.ts'
import { may, RIGHTS, type Right } from '../access/rights.ts'
import type { Delivery } from '../delivery/ports.ts'
import type { Sender } from '../domain/order.ts'
import type { Publisher } from '../intake/intake.ts'
import type { Session } from '../sessions/sessions.ts'
import type { Orders } from './ports.ts'

/** One connection, as its handlers see it. */
export interface Peer {
  readonly identity: Identity
  readonly sender: Sender
  readonly session: Session
  readonly publisher: Publisher
  readonly orders: Orders
  /** Its grip on its queue. */
  delivery(): Delivery
  /** Relays a driver's position to the rooms of the stores concerned. */
  relayPosition(position: { lat: number; lng: number }): void
  /** Takes a new token over from the one in use. `reply(null)` if it did, else why not: then nothing has changed. */
  renew(token: string, reply: (refused: string | null) => void): void
  /** The participant has left: the connection ends when the answer is out. */
  left(): void
  /** Something came that could not be decoded and has no answer. */
  ignored(): void
  /** What came was more than one event. */
  heardMore(events: number): void
  /** Something else than an event was refused; intake counts those itself. */
  refused(code: RefusalCode): void
  /** Hands on what has come before it and was held back. */
  handOn(): void
  /** Requests of this connection that wait for their answer. */
  readonly requests: { waiting: number }
}

type Answer = (answer: object) => void
type Handler = (peer: Peer, argument: unknown, answer: Answer) => void

const decoders = {
  acknowledge: decoderOf(INBOUND_SCHEMAS.acknowledge),
  reject: decoderOf(INBOUND_SCHEMAS.reject),
  release: decoderOf(INBOUND_SCHEMAS.release),
  track: decoderOf(INBOUND_SCHEMAS.track),
  position: decoderOf(INBOUND_SCHEMAS.position),
  token: decoderOf(INBOUND_SCHEMAS.token),
}

const malformed = (decoded: Extract<Decoded<never>, { ok: false }>): Refused =>
  refusal('malformed', decoded.message, { fields: decoded.fields })

/** Answers with a refusal, and counts it. */
export const refuse = (peer: Pick<Peer, 'refused'>, answer: Answer, refused: Refused): void => {
  peer.refused(refused.code)
  answer(refused)
}

/** Answers with a refusal if the right to send a message, which bears its name, is another role's. @returns true if it did */
const isRefused = (peer: Peer, message: Right, answer: Answer): boolean => {
  if (may(peer.identity, message)) return false
  refuse(
    peer,
    answer,
    refusal('not-permitted', `Only a ${RIGHTS[message].join(' or ')} may send ${message}.`),
  )
  return true
}

const publishOne =
  (event: string): Handler =>
  (peer, argument, answer) =>
    peer.publisher.publishOne(event, argument, answer)

const publish: Handler = (peer, frame, answer) => {
  if (Array.isArray(frame) && frame.length > 1) peer.heardMore(frame.length - 1)
  peer.publisher.publish(frame, answer)
}

const accepted = (peer: Peer): Receipt => ({ ok: true, id: peer.sender.participant })

const RELEASE_REFUSALS = {
  'not-held': refusal('not-held', 'This driver does not hold the order.'),
  'in-transit': refusal('out-of-order', 'The order is in transit; only an assigned one can be released.'),
} as const

const release: Handler = (peer, argument, answer) => {
  if (isRefused(peer, 'release', answer)) return
  const decoded = decoders.release(argument)
  if (!decoded.ok) return refuse(peer, answer, malformed(decoded))
  const { store, orderId, reason } = decoded.value
  peer.orders.release(peer.sender.id, { order: orderKey(store, orderId), reason }, (outcome) => {
    if (outcome === 'released') answer(accepted(peer))
    else refuse(peer, answer, RELEASE_REFUSALS[outcome])
  })
}

const UNKNOWN_ORDER = refusal('unknown-order', 'The store has no such order, or no longer.')

const track: Handler = (peer, argument, answer) => {
  if (isRefused(peer, 'track', answer)) return
  const decoded = decoders.track(argument)
  if (!decoded.ok) return refuse(peer, answer, malformed(decoded))
  const { store } = peer.sender as Extract<Sender, { role: 'vendor' }>
  peer.orders.track(orderKey(store, decoded.value.orderId), (found) => {
    if (found === null) refuse(peer, answer, UNKNOWN_ORDER)
    else answer(found)
  })
}

const HAS_PARCELS = refusal('has-parcels', 'This driver has an order in transit: deliver it first.')

const leave: Handler = (peer, _, answer) => {
  // A vendor's answers end here, so that none comes behind the end of its queue; a driver may be refused, and then goes on.
  if (peer.sender.role === 'vendor') peer.delivery().detach()
  peer.session.leave((hasLeft) => {
    if (!hasLeft) return refuse(peer, answer, HAS_PARCELS)
    answer(accepted(peer))
    peer.left()
  })
}

const token: Handler = (peer, argument, answer) => {
  const decoded = decoders.token(argument)
  if (!decoded.ok) return refuse(peer, answer, malformed(decoded))
  peer.renew(decoded.value, (refused) => {
    if (refused === null) answer(accepted(peer))
    else refuse(peer, answer, refusal('token-refused', refused))
  })
}

const acknowledge: Handler = (peer, argument) => {
  const decoded = decoders.acknowledge(argument)
  if (decoded.ok) peer.delivery().acknowledge([...new Set(decoded.value)])
  else peer.ignored()
}

const reject: Handler = (peer, argument) => {
  const decoded = decoders.reject(argument)
  if (decoded.ok) peer.delivery().reject(decoded.value)
  else peer.ignored()
}

const position: Handler = (peer, argument) => {
  const decoded = decoders.position(argument)
  if (decoded.ok && may(peer.identity, 'position')) peer.relayPosition(decoded.value)
  else peer.ignored()
}

/** Of one connection; intake has a limit of its own for events. */
const MOST_REQUESTS = 100

/** A request whose answer waits for the disk: no connection may pile them up while that is slow. */
const request =
  (handler: Handler): Handler =>
  (peer, argument, answer) => {
    const { requests } = peer
    if (requests.waiting >= MOST_REQUESTS)
      return refuse(
        peer,
        answer,
        refusal('busy', `${MOST_REQUESTS} requests of this connection wait for their answer.`),
      )
    requests.waiting += 1
    peer.handOn()
    handler(peer, argument, (told) => {
      requests.waiting -= 1
      answer(told)
    })
  }

const assignments: Handler = (peer, _, answer) => {
  if (isRefused(peer, 'assignments', answer)) return
  peer.orders.assignments(peer.sender.id, (orders) => answer({ ok: true, orders }))
}

/** By message name; a Map, since the name comes from outside. */
export const HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['pickup', publishOne('pickup')],
  ['in-transit', publishOne('in-transit')],
  ['delivered', publishOne('delivered')],
  ['publish', publish],
  ['acknowledge', acknowledge],
  ['reject', reject],
  ['assignments', request(assignments)],
  ['release', request(release)],
  ['position', position],
  ['leave', request(leave)],
  ['token', request(token)],
  ['track', request(track)],
])

/** From what a socket brought to a proposal that can be decided: the shape is checked first, then its size and the sender's right. */
import { orderKey } from '../../shared/ids.ts'
import { decoderOf, INBOUND_SCHEMAS, type Publication, PublicationSchema } from '../../shared/messages.ts'
import type { EventName, Refused } from '../../shared/protocol.ts'
import { refusal } from '../../shared/refusal.ts'
import type { Proposal, Sender } from '../domain/order.ts'
import { publishRefusal } from '../domain/permissions.ts'
import { type EventLimits, sizeRefusal } from './event-limits.ts'

const decodePublication = decoderOf(PublicationSchema)
const decodeOrder = decoderOf(INBOUND_SCHEMAS.pickup)
const decodeProgress = decoderOf(INBOUND_SCHEMAS['in-transit'])

const PAYLOAD_DECODERS: ReadonlyMap<string, typeof decodeOrder | typeof decodeProgress> = new Map<
  EventName,
  typeof decodeOrder | typeof decodeProgress
>([
  ['pickup', decodeOrder],
  ['in-transit', decodeProgress],
  ['delivered', decodeProgress],
])

export type DecodedProposal = { readonly ok: true; readonly proposal: Proposal } | Refused

/** An event by its name and payload. */
export const decodeEvent = (
  sender: Sender,
  { event, payload }: Publication,
  limits: EventLimits,
): DecodedProposal => {
  const decodePayload = PAYLOAD_DECODERS.get(event)
  if (decodePayload === undefined)
    return refusal(
      'malformed',
      `event: got ${JSON.stringify(event)}, expected pickup, in-transit or delivered`,
      {
        fields: ['event'],
      },
    )
  const decoded = decodePayload(payload)
  if (!decoded.ok) return refusal('malformed', decoded.message, { fields: decoded.fields })
  const tooLarge = sizeRefusal(decoded, limits)
  if (tooLarge !== null) return tooLarge
  const denied = publishRefusal(sender, { event: event as EventName, store: decoded.value.store })
  if (denied !== null) return refusal(denied.code, denied.message)
  const key = orderKey(decoded.value.store, decoded.value.orderId)
  return { ok: true, proposal: { key, event, sender, payload: decoded.value } as Proposal }
}

/** One element of a `publish` frame. */
export const decodeElement = (sender: Sender, element: unknown, limits: EventLimits): DecodedProposal => {
  const publication = decodePublication(element)
  return publication.ok
    ? decodeEvent(sender, publication.value, limits)
    : refusal('malformed', publication.message, { fields: publication.fields })
}

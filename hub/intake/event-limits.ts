/**
 * How large an event may be. Only its `details` can make it too large: the other fields are short by their schemas. So only one whose details are of some size is written as JSON to be measured, and the
 * others cost a comparison.
 */
import { DETAILS_LIMITS, greatestJsonBytes, measureDetails } from '../../shared/details.ts'
import type { Decoded, Order, Progress } from '../../shared/messages.ts'
import type { Refused } from '../../shared/protocol.ts'
import { refusal } from '../../shared/refusal.ts'

export interface EventLimits {
  /** Of a payload, as JSON in UTF-8. */
  readonly eventBytes: number
  readonly detailsDepth: number
  readonly detailsKeys: number
  readonly detailsStringLength: number
}

/** Of everything but the details: 700 characters of customer and address, six bytes each at most, two ids and the names of the fields. */
const OTHER_FIELDS_BYTES = 4608

const malformed = (fault: string): Refused =>
  refusal('malformed', `details: ${fault}`, { fields: ['details'] })

/** Against limits that are lower than the protocol's, which the decoder has looked at. */
const lowerLimitFault = (details: object, limits: EventLimits): string | null => {
  const [depth, keys, stringLength] = [limits.detailsDepth, limits.detailsKeys, limits.detailsStringLength]
  const isLower =
    depth < DETAILS_LIMITS.depth || keys < DETAILS_LIMITS.keys || stringLength < DETAILS_LIMITS.stringLength
  if (!isLower) return null
  const measured = measureDetails(details, { ...DETAILS_LIMITS, depth, keys, stringLength })
  return typeof measured === 'string' ? measured : null
}

/** Why an event that is of its form is too large; null if it is not. */
export const sizeRefusal = (
  { value, detailsBytes }: Extract<Decoded<Order | Progress>, { ok: true }>,
  limits: EventLimits,
): Refused | null => {
  if (value.details === undefined) return null
  const fault = lowerLimitFault(value.details, limits)
  if (fault !== null) return malformed(fault)
  const { eventBytes } = limits
  if (OTHER_FIELDS_BYTES + greatestJsonBytes(detailsBytes) <= eventBytes) return null
  const bytes = Buffer.byteLength(JSON.stringify(value))
  return bytes <= eventBytes
    ? null
    : refusal('too-large', `An event takes at most ${eventBytes} bytes; this one has ${bytes}.`)
}

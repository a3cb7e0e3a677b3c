/** What a log tells of an order when personal fields are not for everybody who reads it. Pure. */
import type { EventPayload } from '../shared/protocol.ts'

const MASKED = '[masked]'

/** The same fields, without what is personal in them: ids and the driver stay. */
export const maskedPayload = ({ store, orderId, driver, details }: EventPayload): object => ({
  store,
  orderId,
  customer: MASKED,
  address: MASKED,
  ...(driver === undefined ? {} : { driver }),
  ...(details === undefined ? {} : { details: MASKED }),
})

/** The hub's own words; every other reason is what somebody wrote. */
const OWN_REASONS: ReadonlySet<string> = new Set(['not acknowledged in time'])

export const maskedReason = (reason: string): string => (OWN_REASONS.has(reason) ? reason : MASKED)

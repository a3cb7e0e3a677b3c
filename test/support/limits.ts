/** Limits that do not come into play where they are not what a test is about. */
import type { AllowanceOptions } from '../../hub/intake/allowances.ts'
import type { EventLimits } from '../../hub/intake/event-limits.ts'
import { DETAILS_LIMITS } from '../../shared/details.ts'

export const EVENT_LIMITS: EventLimits = {
  eventBytes: 16 * 1024,
  detailsDepth: DETAILS_LIMITS.depth,
  detailsKeys: DETAILS_LIMITS.keys,
  detailsStringLength: DETAILS_LIMITS.stringLength,
}

export const NO_RATES: AllowanceOptions = {
  pickupsPerSecond: 0,
  senderEventsPerSecond: 0,
  senderBytesPerSecond: 0,
}

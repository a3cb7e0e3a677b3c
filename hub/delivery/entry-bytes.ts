import type { Order } from '../../shared/messages.ts'

const FIXED_BYTES = 200

/** Near enough to the size on the wire, and cheap: only an open `details` has to be written to be measured. */
export const bytesOf = (payload: Order): number =>
  FIXED_BYTES +
  payload.customer.length +
  payload.address.length +
  (payload.details === undefined ? 0 : JSON.stringify(payload.details).length)

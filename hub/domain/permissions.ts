/**
 * Who may send which event; what else a role may do is in hub/access/rights.ts. Rights come from the connection's identity, never from a payload: the payload is only compared with it.
 */
import type { ReceiptCode } from '../../shared/codes.ts'
import type { EventName } from '../../shared/protocol.ts'
import { LIFECYCLE, type Lifecycle } from './lifecycle.ts'
import type { Sender } from './order.ts'

export interface Refusal {
  readonly code: ReceiptCode
  readonly message: string
}

/** Why `sender` may not publish an event for an order of a store; null if it may. */
export const publishRefusal = (
  sender: Sender,
  { event, store }: { event: EventName; store: string },
  lifecycle: Lifecycle = LIFECYCLE,
): Refusal | null => {
  const { sender: role } = lifecycle[event]
  if (sender.role !== role) return { code: 'not-permitted', message: `Only a ${role} may send ${event}.` }
  if (sender.role === 'vendor' && sender.store !== store)
    return { code: 'foreign-store', message: 'This order belongs to another store than the connection.' }
  return null
}

/**
 * Who may do what: one table, asked by sockets and by every route of HTTP. Which role sends an event is the lifecycle's to say (hub/domain/lifecycle.ts); the table takes it from there. A right is a role's; how far it reaches is the
 * identity's: its own store, its one order. Everything comes from the identity, nothing from a payload: that is only compared with it. Pure.
 */
import { orderKey } from '../../shared/ids.ts'
import { EVENT_NAMES, type EventName } from '../../shared/protocol.ts'
import { LIFECYCLE } from '../domain/lifecycle.ts'
import type { Identity, Role } from './identity.ts'

const sendingRights = Object.fromEntries(
  EVENT_NAMES.map((event) => [event, [LIFECYCLE[event].sender]]),
) as unknown as Record<EventName, readonly Role[]>

export const RIGHTS = {
  /** Be connected to `/caps`, with a queue. */
  connect: ['vendor', 'driver'],
  ...sendingRights,
  assignments: ['driver'],
  release: ['driver'],
  position: ['driver'],
  /** Ask for an order over the socket. */
  track: ['vendor'],
  /** Read one order over HTTP. */
  'read-order': ['vendor', 'observer', 'operator'],
  /** Hear what happens as it happens. */
  watch: ['observer', 'operator'],
  /** Read what concerns more than one order; no observer of a single one. */
  'read-all': ['observer', 'operator'],
  /** Replay, pause, drop, erase, revoke. */
  operate: ['operator'],
} as const satisfies Record<string, readonly Role[]>

export type Right = keyof typeof RIGHTS

type Holder = Pick<Identity, 'role' | 'store' | 'order'>

/** Has this identity the right at all? */
export const may = ({ role, order }: Holder, right: Right): boolean =>
  (RIGHTS[right] as readonly Role[]).includes(role) && !(right === 'read-all' && order !== undefined)

/** May an event of a store's order be handed to it? Whom an event is for was decided when it was queued; here it is looked at once more, as it leaves. */
export const mayHear = ({ role, store }: Holder, event: EventName, ofStore: string): boolean =>
  LIFECYCLE[event].heardBy === 'store' ? role === 'vendor' && store === ofStore : role === 'driver'

/** Does what it may do reach this order? Asked besides `may`. */
export const reaches = (
  { role, store, order }: Holder,
  target: { readonly store: string; readonly orderId: string },
): boolean => {
  switch (role) {
    case 'operator':
      return true
    case 'observer':
      return order === undefined || order === orderKey(target.store, target.orderId)
    case 'vendor':
      return store === target.store
    case 'driver':
      return false
    default:
      return role satisfies never
  }
}

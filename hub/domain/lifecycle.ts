/**
 * The life of an order, as one table. A row says who may send the event, from which states it leads to which, who hears it, whether it may
 * come more than once and whether it ends the order. A new kind of event is one new row (and its name in shared/protocol.ts).
 */
import type { EventName, OrderState } from '../../shared/protocol.ts'

export interface LifecycleRow {
  readonly sender: 'vendor' | 'driver'
  /** States in which the event is accepted; empty for the event that creates the order. */
  readonly from: readonly OrderState[]
  readonly to: OrderState
  /** `fleet`: the drivers compete for it. `store`: every participant of the order's store gets it. */
  readonly heardBy: 'fleet' | 'store'
  /** May the event come again with other content? The same content again is always a repeat, and answered as one. */
  readonly repeats: boolean
  readonly ends: boolean
}

export type Lifecycle = Readonly<Record<EventName, LifecycleRow>>

export const LIFECYCLE: Lifecycle = {
  pickup: { sender: 'vendor', from: [], to: 'waiting', heardBy: 'fleet', repeats: false, ends: false },
  // From `waiting` too: sending it takes a leased pickup without acknowledging it first.
  'in-transit': {
    sender: 'driver',
    from: ['waiting', 'assigned'],
    to: 'in-transit',
    heardBy: 'store',
    repeats: false,
    ends: false,
  },
  delivered: {
    sender: 'driver',
    from: ['in-transit'],
    to: 'delivered',
    heardBy: 'store',
    repeats: false,
    ends: true,
  },
}

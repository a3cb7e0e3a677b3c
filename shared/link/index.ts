/** What `import … from 'caps/link'` gives: the link library's public side. docs/LINK.md tells how to use it. */
export type { RefusalCode } from '../codes.ts'
export { Fault } from '../fault.ts'
export type { Order, Position, Progress } from '../messages.ts'
export type {
  Accepted,
  Assignment,
  DriverPosition,
  EventName,
  EventPayload,
  HandedEvent,
  HistoryItem,
  OrderState,
  TrackedOrder,
  Welcome,
} from '../protocol.ts'
export type {
  FailedEvent,
  Link,
  LinkCounts,
  LinkOptions,
  LinkStatus,
  Publishable,
  TokenSource,
} from './api.ts'
export { connectHub } from './connect-hub.ts'

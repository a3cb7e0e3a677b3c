/** What a connection has in its hands of its participant's queue: the grip that delivery gives it, or none. */
import type { Delivery } from '../delivery/ports.ts'
import { type Receiver, SocketOutlet } from './outlet.ts'
import type { ConnectionReports, Deliveries } from './ports.ts'
import type { Admitted } from './types.ts'
import type { Sizes } from './welcome.ts'

/** Answers to handovers that are late, besides those in flight. */
const LATE_CALLBACKS = 1000

/** @returns null to a vendor that only sends */
export const attach = (
  receiver: Receiver,
  { handshake, registration, sender }: Admitted,
  { sizes: { window, capacity }, deliveries }: { sizes: Sizes; deliveries: Deliveries },
): Delivery | null => {
  const mostCallbacks = LATE_CALLBACKS + 2 * window
  const outlet = new SocketOutlet(receiver, { isBatched: handshake.batch === true, mostCallbacks })
  if (sender.role === 'driver')
    return deliveries.attachDriver(sender.id, outlet, { capacity, entries: window })
  const { record } = registration
  return record === null ? null : deliveries.attachQueue(record, outlet, window)
}

/** Drops what it is asked to do, and counts it. */
export class NoGrip implements Delivery {
  readonly #reports: Pick<ConnectionReports, 'ignored'>

  constructor(reports: Pick<ConnectionReports, 'ignored'>) {
    this.#reports = reports
  }

  acknowledge(tokens: readonly string[]): void {
    this.#reports.ignored(tokens.length)
  }

  reject(rejections: readonly unknown[]): void {
    this.#reports.ignored(rejections.length)
  }

  detach(): void {}
}

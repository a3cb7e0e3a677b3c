/**
 * The outbox: what a sender still owes to the hub, oldest first, in memory or on disk. The link owns it; one link an outbox.
 */
import type { FailedEvent } from '../link/api.ts'

export interface OutboxItem {
  /** Position in the outbox, ascending; never used twice by one process. */
  readonly number: number
  /** `{ event, payload }` as JSON: what is kept is what is sent. */
  readonly text: string
}

/**
 * Port of the link to its outbox.
 *
 * MUST keep items in the order of `add`. MUST have an item on disk (if it has a disk) before `add` calls back, and MUST NOT lose one between
 * `add` and `confirm`, whatever crashes. Writes of one turn of the event loop SHOULD share one sync.
 * A write error ends in `onFault`, once: nothing is retried.
 */
export interface Outbox {
  /** Items that an earlier process left behind, oldest first. Read once, before the first `add`. */
  pending(): readonly OutboxItem[]
  add(item: OutboxItem, stored: () => void): void
  /** The hub has confirmed these: they are owed no longer. May be forgotten by a crash, then they are sent again. */
  confirm(numbers: readonly number[]): void
  /** The hub has refused this one for good: it moves to the failed ones. */
  fail(number: number, failed: FailedEvent): void
  failed(): readonly FailedEvent[]
  onFault(listener: (error: Error) => void): void
  close(): Promise<void>
}

/**
 * A whole number that the owner of an outbox finds again after a restart: how far it came in making its events. 0 in a new outbox.
 * `saveProgress` MUST NOT become durable before an `add` that was called before it; it may become so later, or be lost by a crash. An owner that
 * goes on from an older number makes some events again, which the hub answers as duplicates.
 */
export interface ProgressMark {
  progress(): number
  saveProgress(progress: number): void
}

/** Failed events that an outbox keeps; beyond, the oldest are dropped. */
export const FAILED_KEPT = 10_000

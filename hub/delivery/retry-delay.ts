import type { Retry } from '../domain/entry.ts'
import type { DeliveryOptions } from './ports.ts'

/** How long to wait after the `failures`-th failed handover (from 1): twice as long each time, up to a bound. */
export const retryDelayMs = (
  failures: number,
  options: Pick<DeliveryOptions, 'retryDelayMs' | 'longestRetryDelayMs'>,
): number => Math.min(options.retryDelayMs * 2 ** Math.min(failures - 1, 30), options.longestRetryDelayMs)

/** A retry as it lies on disk, due no later than the longest delay from now: an earlier hub wrote it, and the wall clock may have been set back since. */
export const boundedRetry = (
  retry: Retry,
  nowMs: number,
  { longestRetryDelayMs }: Pick<DeliveryOptions, 'longestRetryDelayMs'>,
): Retry => ({ ...retry, dueMs: Math.min(retry.dueMs, nowMs + longestRetryDelayMs) })

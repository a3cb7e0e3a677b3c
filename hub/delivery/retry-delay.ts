import type { DeliveryOptions } from './ports.ts'

/** How long to wait after the `failures`-th failed handover (from 1): twice as long each time, up to a bound. */
export const retryDelayMs = (
  failures: number,
  options: Pick<DeliveryOptions, 'retryDelayMs' | 'longestRetryDelayMs'>,
): number => Math.min(options.retryDelayMs * 2 ** Math.min(failures - 1, 30), options.longestRetryDelayMs)

/** Checks that several scenarios make. */

import { askedOf, type WorkloadSettings } from './client/workload.ts'
import { medianRatio } from './pairs.ts'
import type { Check, Figures } from './scenario.ts'

export interface Bounds {
  readonly must: number | null
  readonly goal: number | null
}

/** Events a second, of another side's in the same round. */
export const rateCheck = (
  caps: readonly Figures[],
  control: readonly Figures[],
  { of, ...bounds }: Bounds & { readonly of: string },
): Check => ({
  what: `events/s, of ${of}`,
  kind: 'ratio',
  value: medianRatio(caps, control, ({ eventsPerSecond }) => eventsPerSecond),
  is: 'least',
  unit: '×',
  ...bounds,
})

/** What the participants ask the hub for, in words: it limits as much as the hub's own limits do. */
export const askedNote = (load: Omit<WorkloadSettings, 'url'>): string => {
  const { window, capacity } = askedOf(load)
  return `each participant asks for a window of ${window}, a driver for a capacity of ${capacity}`
}

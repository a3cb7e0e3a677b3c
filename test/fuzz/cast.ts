/** Who takes part besides the attackers, and what lets everybody in. */

/** By participant, and by participant and order where one is for a single order; none in open mode. */
export type Tokens = Readonly<Record<string, string>>

const TILLS = 4
const DRIVERS = 4

/** The participants whose events are counted. */
export const HEALTHY_TILLS = Array.from({ length: TILLS }, (_, index) => `healthy-${index}`)
export const HEALTHY_DRIVERS = Array.from({ length: DRIVERS }, (_, index) => `healthy-driver-${index}`)

/** Who watch meanwhile, and must be told and answered as in the quiet. */
export const HEALTHY_WATCHERS = ['observer/healthy', 'operator/healthy'] as const

/** Whose packets are captured before the attack. */
export const CAPTURE_STORE = 'capture'
export const CAPTURE_DRIVER = 'capture-driver'
export const CAPTURE_WATCHER = 'operator/capture'

/** Whose orders keep the attacking drivers busy. */
export const STOCK_STORE = 'fuzz-stock'

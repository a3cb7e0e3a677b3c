/** Who takes part besides the attackers, and what lets everybody in. */

/** By participant; none in open mode. */
export type Tokens = Readonly<Record<string, string>>

const TILLS = 4
const DRIVERS = 4

/** The participants whose events are counted. */
export const HEALTHY_TILLS = Array.from({ length: TILLS }, (_, index) => `healthy-${index}`)
export const HEALTHY_DRIVERS = Array.from({ length: DRIVERS }, (_, index) => `healthy-driver-${index}`)

/** Whose packets are captured before the attack. */
export const CAPTURE_STORE = 'capture'
export const CAPTURE_DRIVER = 'capture-driver'

/** Whose orders keep the attacking drivers busy. */
export const STOCK_STORE = 'fuzz-stock'

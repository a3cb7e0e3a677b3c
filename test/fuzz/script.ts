/** What an attacker does on one TCP connection, as a list of steps that is made while it is carried out. */

export interface Step {
  /** What leaves; a function where it must name the session that the hub has made. */
  readonly bytes: Buffer | ((sid: string) => Buffer)
  /** Socket.IO packets, WebSocket frames or HTTP requests in it. */
  readonly frames: number
  /** Goes on when the hub has said one of these; at once if there is none. A hub that ends the connection instead ends the script. */
  readonly until?: readonly string[]
  /** How long it waits for that; what it then does depends on nobody. */
  readonly patienceMs?: number
}

export interface Script {
  readonly name: string
  /** False: nothing is read after the first answer. */
  readonly isReading?: boolean
  readonly steps: Iterable<Step>
}

export const write = (bytes: Step['bytes'] | string, frames: number, ...until: string[]): Step => ({
  bytes: typeof bytes === 'string' ? Buffer.from(bytes) : bytes,
  frames,
  ...(until.length > 0 ? { until } : {}),
})

/** The hub is expected to end the connection: nothing that it may say goes on. */
export const CLOSED = ['\0never'] as const
/** Longer than the hub thinks about anything. */
export const NO_PATIENCE_MS = 250

export const untilClosed = (bytes: Step['bytes'] | string, frames: number): Step => ({
  ...write(bytes, frames),
  until: CLOSED,
})

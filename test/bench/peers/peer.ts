/** What is known of a broker before it is measured. */
import type { ServerPlan } from './server.ts'

export interface Place {
  /** Empty, on a real disk. */
  readonly folder: string
  /** Free, on loopback. */
  readonly port: number
}

export interface Peer {
  /** For `--only`, and of its file in `clients/`. */
  readonly name: string
  readonly title: string
  /** What a confirmation means with these settings: `yes` or `no`, and why. */
  readonly durable: string
  /** Debian's package. */
  readonly install: string
  /** All that must be on the machine, by name. */
  readonly programs: readonly string[]
  /** What to start, in this order; the last one is the server that is measured. @param program gives the path of one of `programs` */
  plans(place: Place, program: (name: string) => string): Promise<readonly ServerPlan[]>
}

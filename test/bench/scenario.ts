/**
 * What a scenario of the benchmark is, and what it gives back. A scenario starts hubs and clients as processes, measures them in interleaved windows (pairs.ts), and gives checks: a value each with
 * what it must be and what it should be. Whether they are met is decided in one place (verdict.ts), which also knows how much less `--quick` asks for.
 */
import type { Limits } from './limits.ts'

/** What was measured of one side; NaN for what a scenario does not measure. In the report each figure is the median of its windows. */
export interface Figures {
  /** Events published, confirmed, delivered and acknowledged. */
  readonly eventsPerSecond: number
  /** Processor time of the hub's process, user and system, all threads. */
  readonly hubMicrosPerEvent: number
  /** Of what the scenario says in its title; as a rule of an order, from the publishing of its pickup to the handling of its `delivered`. */
  readonly p50Ms: number
  readonly p99Ms: number
  /** Resident memory of the hub at the end of the window. */
  readonly hubMiB: number
  /** Processor time of the client process, both roles together. */
  readonly clientMicrosPerEvent: number
}

/** One thing that is asked of what was measured. */
export interface Check {
  /** What is compared with what: `events/s, of control A`. */
  readonly what: string
  /** A ratio to something measured in the same run, or a figure of this machine. `--quick` judges ratios only, by half of what they must be. */
  readonly kind: 'ratio' | 'absolute'
  readonly value: number
  /** How the value must stand to the bounds. */
  readonly is: 'least' | 'most'
  /** `×` for ratios. */
  readonly unit: string
  /** null: nothing must, there is a goal only. */
  readonly must: number | null
  /** null: there is no goal beyond `must`. */
  readonly goal: number | null
}

/** What a scenario gives back. */
export interface Measurement {
  readonly caps: Figures
  /** The control that `checks[0]` compares with. */
  readonly control: Figures
  readonly controlName: string
  /** Not empty. The first one is the scenario's ratio: its value and goal are the `ratio` and `goal` of the report. */
  readonly checks: readonly Check[]
  /** Other sides that were measured, by name. */
  readonly further?: Readonly<Record<string, Figures>>
  /** Limits of the CAPS hub that differ from its defaults. */
  readonly limits: Limits
  /** Further lines for people. */
  readonly notes?: readonly string[]
}

/** What the data lie on. */
export interface Disk {
  readonly fileSystem: string
  /** Writing 4 KiB and syncing them. */
  readonly bareSyncMs: number
}

export interface Context {
  readonly isQuick: boolean
  /** Windows of each side; at least 5 in a run that counts. */
  readonly pairs: number
  /** A new, empty folder on the disk that the run is about. It is removed at the end of the run. */
  newFolder(): string
  /** Progress, for people who wait. */
  say(line: string): void
}

export interface Scenario {
  /** `S1`. */
  readonly id: string
  /** For `--only`: `saturated`. */
  readonly name: string
  readonly title: string
  /** @throws Fault when an event is lost, an answer is a refusal, or something does not come in time */
  run(context: Context): Promise<Measurement>
}

/** A check and how it ended. */
export interface JudgedCheck extends Check {
  /** `must` is met, or half of it with `--quick`; true if there is none to judge. */
  readonly ok: boolean
  /** true if there is no goal. */
  readonly isGoalMet: boolean
}

/** One element of what `--json` prints. */
export interface Row {
  readonly scenario: string
  readonly name: string
  readonly title: string
  readonly ratio: number
  readonly goal: number | null
  /** Every "must" is met. */
  readonly ok: boolean
  /** Every goal is met. */
  readonly isGoalMet: boolean
  readonly caps: Figures
  readonly control: Figures
  readonly controlName: string
  readonly checks: readonly JudgedCheck[]
  readonly further: Readonly<Record<string, Figures>>
  /** That the CAPS hub ran under, its defaults among them. */
  readonly limits: Readonly<Record<string, number>>
  readonly disk: Disk
  readonly notes: readonly string[]
  /** What `--peers` has found; of S1 only. */
  readonly peers?: readonly unknown[]
}

/** A scenario that gave nothing: an event was lost, something was refused, or did not come. */
export interface FailedRow extends Pick<Row, 'scenario' | 'name' | 'title' | 'ok' | 'isGoalMet'> {
  /** A sentence. */
  readonly fault: string
}

export type Result = Row | FailedRow

/** How a ledger stands with its database: in reach, away for now, closed, or lost for good. Its owner is told when it goes and comes back; what is lost for good stays so. */
import { Fault } from '../../../shared/fault.ts'
import { brokenFault } from './faults.ts'

/** MUST NOT throw. */
export interface StandingReports {
  away(place: string, reason: string): void
  back(place: string): void
}

export interface StandingParts {
  /** Which database it is, in words. */
  readonly place: string
  readonly reports: StandingReports
  /** Called once. */
  failed(fault: Fault): void
}

export class Standing {
  readonly #parts: StandingParts
  #isAway = false
  #isClosed = false
  #isLost = false

  constructor(parts: StandingParts) {
    this.#parts = parts
  }

  /** Has the owner been told that the database is away? */
  get isAway(): boolean {
    return this.#isAway
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Is it lost for good? */
  get isLost(): boolean {
    return this.#isLost
  }

  away(reason: string): void {
    if (this.#isAway || this.#isLost) return
    this.#isAway = true
    this.#parts.reports.away(this.#parts.place, reason)
  }

  back(): void {
    if (!this.#isAway || this.#isLost) return
    this.#isAway = false
    this.#parts.reports.back(this.#parts.place)
  }

  fail(error: unknown): void {
    if (this.#isLost || this.#isClosed) return
    this.#isLost = true
    this.#parts.failed(error instanceof Fault ? error : brokenFault(this.#parts.place, error))
  }

  close(): void {
    this.#isClosed = true
  }
}

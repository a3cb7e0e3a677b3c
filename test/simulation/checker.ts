/** Holds what is observed against what is promised, while it happens. The first violation is what counts: what comes after it may follow from it. */
import type { OrderKey } from '../../shared/ids.ts'
import { Attempts } from './checks/attempts.ts'
import type { Check, Invariant, Settings } from './checks/check.ts'
import { Ending, type Letters } from './checks/ending.ts'
import { Holders } from './checks/holders.ts'
import { Identity } from './checks/identity.ts'
import { Syncs } from './checks/syncs.ts'
import { Turns } from './checks/turns.ts'
import type { Observation } from './observations.ts'

export interface Violation {
  readonly invariant: Invariant
  readonly detail: string
}

export class Checker {
  readonly violations: Violation[] = []
  readonly #syncs = new Syncs()
  readonly #checks: readonly Check[]
  readonly #ending: Ending
  readonly #holders: Holders

  constructor(settings: Settings) {
    const report = this.report.bind(this)
    const turns = new Turns(report, settings, this.#syncs)
    this.#holders = new Holders(report, settings)
    this.#ending = new Ending(report, settings, (participant) => turns.forget(participant))
    this.#checks = [
      new Identity(report),
      this.#ending,
      turns,
      new Attempts(report, settings, this.#syncs),
      this.#holders,
    ]
  }

  report(invariant: Invariant, detail: string): void {
    this.violations.push({ invariant, detail })
  }

  observe(seen: Observation, nowMs: number): void {
    for (const check of this.#checks) check.observe(seen, nowMs)
    // Last: what is handed over while a sync ends leaves behind its end.
    this.#syncs.observe(seen)
  }

  /** Orders that were confirmed and not delivered. */
  get undelivered(): readonly OrderKey[] {
    return this.#ending.undelivered
  }

  get isBroken(): boolean {
    return this.violations.length > 0
  }

  /** How often a lease or an assignment ended because its time was over. */
  get expired(): Readonly<Record<string, number>> {
    const { leases, assignments } = this.#holders.expired
    return {
      ...(leases > 0 ? { 'lease expired': leases } : {}),
      ...(assignments > 0 ? { 'assignment expired': assignments } : {}),
    }
  }

  get orders(): readonly OrderKey[] {
    return this.#ending.orders
  }

  /** To be asked when all is drained. */
  checkEnding(letters: readonly Letters[]): void {
    this.#ending.check(letters)
  }
}

/** The hub as a process on a machine: the real one, from its ledger to its socket side, on a disk that outlives it and a clock that ends with it. */
import { Hub } from '../../hub/hub.ts'
import type { LevelLedger } from '../../hub/ledger/level/level-ledger.ts'
import { ledgerOn } from '../../hub/ledger/level/open.ts'
import { HubReports } from '../../hub/reports.ts'
import { Disk } from './disk.ts'
import type { Network } from './network.ts'
import type { Observe } from './observations.ts'
import type { Plan } from './plan.ts'
import type { Trouble } from './trouble.ts'
import { ProcessClock, type VirtualTime, type Wall } from './virtual-time.ts'

/** When the hub is to be killed: in the middle of a sync, or when it is done and its confirmations are about to leave. */
export type KillTrap = 'syncing' | 'synced'

export interface HubProcessParts {
  readonly time: VirtualTime
  readonly network: Network
  readonly plan: Plan
  readonly trouble: Trouble
  readonly observe: Observe
  /** How long the hub's next sync takes. */
  syncMs(): number
  nextId(): string
  /** What must not happen has. */
  failed(error: unknown): void
  /** The moment of a trap has come. */
  trapped(trap: KillTrap): void
}

export interface HubLife {
  readonly hub: Hub
  readonly ledger: LevelLedger
  readonly clock: ProcessClock
}

export class HubProcess {
  readonly #parts: HubProcessParts
  readonly participant = 'hub'
  readonly wall: Wall = { offsetMs: 0 }
  #startedAtMs = 0
  readonly disk: Disk
  trap: KillTrap | null = null
  #life: HubLife | null = null
  /** Counts process lives, so that one that is starting knows whether it still is the one. */
  #lives = 0

  constructor(parts: HubProcessParts) {
    this.#parts = parts
    const { time, syncMs, observe } = parts
    this.disk = new Disk({
      time,
      syncMs,
      began: () => {
        observe({ kind: 'sync began' })
        this.#spring('syncing')
      },
      ended: () => {
        observe({ kind: 'sync ended' })
        this.#spring('synced')
      },
    })
  }

  /** null while it is down, or not yet ready. */
  get life(): HubLife | null {
    return this.#life
  }

  start(): void {
    this.#lives += 1
    const setMs = this.wall.offsetMs - this.#startedAtMs
    this.#startedAtMs = this.wall.offsetMs
    if (setMs !== 0) this.#parts.trouble.clockSet(setMs)
    void this.#start(this.#lives).catch((error) => this.#parts.failed(error))
  }

  async #start(number: number): Promise<void> {
    const { time, plan, network, observe, failed } = this.#parts
    const clock = new ProcessClock(time, this.wall)
    const ledger = await ledgerOn(this.disk.database, clock, plan)
    ledger.onFault(failed)
    const hub = await Hub.create({
      ledger,
      clock,
      reports: this.#reports(),
      pressure: { isDiskLow: () => false },
      options: plan.options,
      ids: { next: () => this.#parts.nextId() },
    })
    if (number !== this.#lives) return
    this.#life = { hub, ledger, clock }
    observe({ kind: 'hub ready' })
    hub.serveThrough((doors) => network.listen(doors, clock))
  }

  /** Its log says what nobody else does: that a session has expired. */
  #reports(): HubReports {
    const warn = (_: object, text = '') => {
      if (text === 'session expired') this.#parts.trouble.effected(text)
    }
    const log = { debug: () => {}, info: () => {}, warn }
    return new HubReports(log, { event: () => {}, close: () => {} })
  }

  /**
   * Its process is gone at once.
   * @param kept how many of the unsynced writes reach the disk all the same
   * @param noticedMs when a peer notices
   */
  kill(kept: number, noticedMs: () => number): void {
    this.#lives += 1
    this.#life?.clock.kill()
    this.#life = null
    this.disk.crash(kept)
    this.#parts.observe({ kind: 'hub gone' })
    this.#parts.network.hubGone(noticedMs)
  }

  /** It is asked to stop, and stops in good order. */
  async stop(): Promise<void> {
    const life = this.#life
    if (life === null) return
    this.#life = null
    await life.hub.close()
    life.clock.kill()
    this.disk.database.open()
    this.#parts.observe({ kind: 'hub gone' })
  }

  #spring(trap: KillTrap): void {
    if (this.trap !== trap || this.#life === null) return
    this.trap = null
    this.#parts.time.after(0, () => this.#parts.trapped(trap))
  }
}

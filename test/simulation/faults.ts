/** What goes wrong in a world, one thing after another at drawn times: each fault picks its victim, and counts when it has changed something. */
import type { ActorProcess } from './actor-process.ts'
import { NetworkFaults } from './network-faults.ts'
import { type ProcessFaultParts, ProcessFaults } from './process-faults.ts'

export type FaultParts = Omit<ProcessFaultParts, 'happened'>

export class Faults {
  readonly #parts: FaultParts
  readonly network: NetworkFaults
  readonly processes: ProcessFaults
  #isStopped = false
  #slowDiskUntilMs = 0

  constructor(parts: FaultParts) {
    this.#parts = parts
    const all = {
      ...parts,
      happened: (fault: string, about: string) => {
        parts.trouble.effected(fault)
        parts.say(`fault: ${fault}: ${about}`)
      },
    }
    this.network = new NetworkFaults(all)
    this.processes = new ProcessFaults(all)
  }

  begin(): void {
    const { time, dice, plan } = this.#parts
    time.after(dice.whole(1, 2 * plan.meanFaultMs), () => {
      if (this.#isStopped) return
      this.#one()
      this.begin()
    })
  }

  /** No new faults; those that last go on until they end. */
  stop(): void {
    this.#isStopped = true
    this.#slowDiskUntilMs = 0
    this.network.clearTraps()
    this.#parts.hub.trap = null
  }

  /** How long the hub's next sync takes. */
  hubSyncMs(): number {
    const { time, dice, trouble } = this.#parts
    if (time.nowMs >= this.#slowDiskUntilMs) return dice.chance(0.3) ? 0 : dice.whole(1, 8)
    trouble.effected('slow sync')
    return dice.whole(200, 1200)
  }

  /** The moment has come for which a trap was set. */
  hubTrapped(moment: string): void {
    if (!this.#isStopped) this.processes.killHub(`hub killed while ${moment}`)
  }

  actorEnded(actor: ActorProcess): void {
    this.processes.actorEnded(actor)
  }

  slowDisk(): void {
    const { time, dice, say } = this.#parts
    this.#slowDiskUntilMs = time.nowMs + dice.whole(300, 3000)
    say('the hub’s disk is slow')
  }

  #one(): void {
    let drawn = this.#parts.dice.fraction() * WEIGHTS
    for (const [weight, happen] of FAULTS) {
      drawn -= weight
      if (drawn < 0) return happen(this)
    }
  }
}

/** How often, and what. */
const FAULTS: readonly (readonly [weight: number, happen: (faults: Faults) => void])[] = [
  [10, ({ network }) => network.drop()],
  [4, ({ network }) => network.halfOpen()],
  [12, ({ network }) => network.setTrap()],
  [4, ({ network }) => network.delay()],
  [2, ({ network }) => network.blackHole()],
  [2, ({ processes }) => processes.killHub()],
  [3, ({ processes }) => processes.trapHub()],
  [1, ({ processes }) => processes.stopHub()],
  [4, ({ processes }) => processes.killActor()],
  [4, ({ processes }) => processes.cutPower()],
  [2, ({ processes }) => processes.stopActor()],
  [3, ({ processes }) => processes.takeOver()],
  [2, ({ processes }) => processes.stayAway()],
  [0.7, ({ processes }) => processes.quit()],
  [3, ({ processes }) => processes.setClock()],
  [2, (faults) => faults.slowDisk()],
]

const WEIGHTS = FAULTS.reduce((sum, [weight]) => sum + weight, 0)

/** What goes wrong with connections. */
import type { Dice } from './dice.ts'
import type { Trap } from './medium.ts'
import type { Network } from './network.ts'
import type { Plan } from './plan.ts'
import type { Trouble } from './trouble.ts'
import type { VirtualTime } from './virtual-time.ts'
import type { Wire } from './wire.ts'

export interface NetworkFaultParts {
  readonly time: VirtualTime
  readonly dice: Dice
  readonly plan: Plan
  readonly trouble: Trouble
  readonly network: Network
  /** A line of the trace. */
  say(text: string): void
  /** Counts a fault, and says whom it hit. */
  happened(fault: string, about: string): void
}

const TRAPS: readonly Trap[] = ['cut before receipt', 'cut before acknowledgement', 'cut before handover']

const DIRECTIONS = [
  { toHub: true, toActor: true },
  { toHub: true, toActor: false },
  { toHub: false, toActor: true },
] as const

export class NetworkFaults {
  readonly #parts: NetworkFaultParts

  constructor(parts: NetworkFaultParts) {
    this.#parts = parts
  }

  drop(): void {
    const { dice, happened } = this.#parts
    const wire = this.#someWire()
    if (wire === null) return
    const isAbrupt = dice.chance(0.6)
    happened('connection dropped', `${wire.line.connection}${isAbrupt ? ', with what is under way' : ''}`)
    wire.drop(isAbrupt)
  }

  halfOpen(): void {
    const { dice, happened } = this.#parts
    const wire = this.#someWire()
    if (wire === null) return
    const gone = dice.oneOf(['actor', 'hub'] as const)
    happened('half-open', `${wire.line.connection}, only the ${gone} knows`)
    wire.halfOpen(gone)
  }

  /** The connection breaks when something certain is about to leave; it counts when it does. */
  setTrap(): void {
    const wire = this.#someWire()
    if (wire !== null) wire.trap ??= this.#parts.dice.oneOf(TRAPS)
  }

  clearTraps(): void {
    for (const wire of this.#parts.network.wires()) wire.trap = null
  }

  /** Nothing gets through, but is not lost. It counts if something was held up. */
  delay(): void {
    const { dice, plan } = this.#parts
    this.#stall(dice.whole(50, plan.options.pingTimeoutMs), false)
  }

  /** Nothing gets through for so long that both sides give up. */
  blackHole(): void {
    const { pingIntervalMs, pingTimeoutMs } = this.#parts.plan.options
    const silenceMs = pingIntervalMs + pingTimeoutMs
    this.#stall(this.#parts.dice.whole(silenceMs, 2 * silenceMs), true)
  }

  #stall(ms: number, isBlackHole: boolean): void {
    const { network, dice, time, trouble, happened } = this.#parts
    const participant = this.#someWire()?.line.participant
    if (participant === undefined || network.isStalled(participant)) return
    if (isBlackHole) happened('black hole', `${participant} for ${ms} ms`)
    const end = network.stall(participant, { ...dice.oneOf(DIRECTIONS) })
    const ended = trouble.begin()
    time.after(ms, () => {
      ended()
      end()
    })
  }

  #someWire(): Wire | null {
    const wires = this.#parts.network.openWires()
    return wires.length === 0 ? null : this.#parts.dice.oneOf(wires)
  }
}

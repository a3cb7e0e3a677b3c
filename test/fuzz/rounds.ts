/**
 * The course of a run: healthy participants work in the quiet, then under attack, and again in the quiet before each further round. What else a machine does comes and goes; measured side by side, over minutes, it weighs on both alike.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { say } from '../load/output.ts'
import type { Worker } from '../load/worker.ts'
import type { Attackers, Figures } from './attack/attackers.ts'
import type { Tokens } from './cast.ts'
import type { Healthy, PhaseKind } from './healthy.ts'
import type { AttackedHub } from './hub-process.ts'
import { settledMemory } from './settled-memory.ts'
import { type MemoryFigures, memoryInWords } from './verdict.ts'

export interface FuzzOptions {
  /** Of attack. */
  readonly minutes: number
  readonly frames: number | null
  readonly seed: number
  readonly from: number
  readonly connections: number
  readonly framesPerSecond: number
  readonly ordersPerSecond: number
  readonly quietSeconds: number
  readonly hasKeys: boolean
}

export interface Stage {
  readonly hub: AttackedHub
  readonly healthy: Worker<Healthy>
  readonly attackers: Worker<Attackers>
  readonly tokens: Tokens
}

const LOOK_EVERY_MS = 250
const SAY_EVERY_MS = 10_000
const WARM_UP_MS = 2000
/** Of attack without a pause. */
const ROUND_MS = 40_000
/** In which the last healthy orders must have been carried. */
const DRAIN_MS = 60_000

const workFor = async (
  { healthy, hub }: Stage,
  { ordersPerSecond, kind }: { ordersPerSecond: number; kind: PhaseKind },
  work: Promise<unknown>,
): Promise<void> => {
  await healthy.call('begin', { ordersPerSecond })
  await work
  await healthy.call('end', { limitMs: hub.exit === null ? DRAIN_MS : 0, kind })
}

/** V8 compiles what it has seen often enough: what takes long in the first seconds is no measure, in the quiet and under attack alike. No order of them may be lost all the same. */
export const warmUp = (stage: Stage, { ordersPerSecond }: FuzzOptions): Promise<void> =>
  workFor(stage, { ordersPerSecond, kind: 'warm-up' }, pause(WARM_UP_MS))

export const quietPhase = (stage: Stage, { ordersPerSecond, quietSeconds }: FuzzOptions): Promise<void> =>
  workFor(stage, { ordersPerSecond, kind: 'quiet' }, pause(quietSeconds * 1000))

/** How much of the attack is over; the quiet between rounds does not count. */
class Progress {
  readonly #stage: Stage
  readonly #options: FuzzOptions
  #beganMs = performance.now()
  #saidMs = 0
  isOver = false

  constructor(stage: Stage, options: FuzzOptions) {
    this.#stage = stage
    this.#options = options
  }

  get attackedMs(): number {
    return performance.now() - this.#beganMs
  }

  async without(quiet: () => Promise<void>): Promise<void> {
    const startMs = performance.now()
    await quiet()
    this.#beganMs += performance.now() - startMs
  }

  /** Resolves when the round is over, or the run, or the hub is. */
  async round(): Promise<void> {
    const endMs = this.attackedMs + ROUND_MS
    while (!this.isOver && this.attackedMs < endMs) {
      await pause(LOOK_EVERY_MS)
      const figures = await this.#stage.attackers.call('figures', {})
      this.isOver = this.#isEnough(figures)
      this.#tell(figures)
    }
  }

  #isEnough({ frames }: Figures): boolean {
    const { minutes, frames: most } = this.#options
    const areFramesOver = most !== null && frames >= most
    return areFramesOver || this.#stage.hub.exit !== null || this.attackedMs >= minutes * 60_000
  }

  #tell({ frames, connections }: Figures): void {
    const { attackedMs } = this
    if (attackedMs - this.#saidMs < SAY_EVERY_MS) return
    this.#saidMs = attackedMs
    const perSecond = Math.round((frames * 1000) / attackedMs)
    say(`${frames} frames on ${connections} connections, ${perSecond} frames/s`)
  }
}

export interface Attacked {
  readonly figures: Figures
  readonly seconds: number
  /** What the hub holds after a first round: its caches, buffers and V8's young generation are as large as they are under load. null without a second round. */
  readonly warm: MemoryFigures | null
}

/** From the attack's beginning until the time or the frames are over, or the hub is. */
export const attackInRounds = async (stage: Stage, options: FuzzOptions): Promise<Attacked> => {
  const { attackers } = stage
  const { ordersPerSecond } = options
  const progress = new Progress(stage, options)
  let warm: MemoryFigures | null = null
  await warmUp(stage, options)
  for (;;) {
    await workFor(stage, { ordersPerSecond, kind: 'busy' }, progress.round())
    if (progress.isOver) break
    await progress.without(async () => {
      await attackers.call('hold', {})
      const memory = await settledMemory(stage.hub)
      warm ??= memory
      say(`memory of the hub: ${memoryInWords(memory)}`)
      await quietPhase(stage, options)
      await attackers.call('goOn', {})
    })
  }
  const figures = await attackers.call('stop', {})
  return { figures, seconds: Math.round(progress.attackedMs / 100) / 10, warm }
}

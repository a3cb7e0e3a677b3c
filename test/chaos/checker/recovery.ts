/** How long it took after each start of the hub until somebody was handed an event again, over a connection to that very hub. */
import type { RunLine } from '../records.ts'
import { p99 } from './p99.ts'

interface HubLife {
  readonly spawnedMs: number
  /** Of the life before; null for the first one. */
  readonly killedMs: number | null
  deliveredMs: number
}

export class Recovery {
  readonly #lives: HubLife[] = []

  /** @param hub the hub's name among the members; null tells nothing */
  constructor(run: readonly RunLine[], hub: string | null) {
    let killedMs: number | null = null
    for (const [t, kind, member] of run) {
      if (member !== hub) continue
      if (kind === 'killed') killedMs = t
      if (kind === 'spawned') this.#lives.push({ spawnedMs: t, killedMs, deliveredMs: Infinity })
    }
  }

  delivered(welcomedMs: number, t: number): void {
    const life = this.#lives.findLast(({ spawnedMs }) => spawnedMs <= welcomedMs)
    if (life !== undefined) life.deliveredMs = Math.min(life.deliveredMs, t)
  }

  /** Of lives that came to deliver something; the others were killed before. */
  figures(): { recoveries: number; recoveryP99Ms: number | null; recoveryFromKillP99Ms: number | null } {
    const back = this.#lives.filter(
      ({ killedMs, deliveredMs }) => killedMs !== null && deliveredMs < Infinity,
    )
    return {
      recoveries: back.length,
      recoveryP99Ms: p99(back.map(({ spawnedMs, deliveredMs }) => deliveredMs - spawnedMs)),
      recoveryFromKillP99Ms: p99(back.map(({ killedMs, deliveredMs }) => deliveredMs - killedMs!)),
    }
  }
}

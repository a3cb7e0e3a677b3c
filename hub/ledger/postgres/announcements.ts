/**
 * In which order a hub hears of new entries in its queues, whichever hub has added them: by their positions, each once, and none before everything below it is known. What it has added itself it remembers; what others have added it reads, between its own
 * blocks of positions. So whoever reads a queue and then listens misses nothing, and a reader that has come to a position never finds one below it later [PQ5].
 */
import type { ParticipantId } from '../../../shared/ids.ts'
import type { Entry } from '../../domain/entry.ts'
import type { Block } from './positions.ts'

interface Added {
  readonly participant: ParticipantId
  readonly entry: Entry
}

export class Announcements {
  /** All below is announced. */
  #from: number
  /** The last position that was announced. */
  #last: number
  /** Reserved by this hub, in their order. */
  #own: Block[] = []
  /** Added by this hub, and not announced, in their order. */
  #held: Added[] = []

  constructor(from: number) {
    this.#from = from
    this.#last = from - 1
  }

  /** What this hub adds to its own queues from now on must lie there or behind. */
  get from(): number {
    return this.#from
  }

  get isHolding(): boolean {
    return this.#held.length > 0
  }

  /** The hub has reserved a block, behind all that it had. */
  reserved(block: Block): void {
    const last = this.#own.at(-1)
    if (last !== undefined && last.last + 1 === block.first)
      this.#own.splice(-1, 1, { first: last.first, last: block.last })
    else this.#own.push(block)
  }

  /** The hub has added entries, which are durable. */
  written(appended: ReadonlyMap<ParticipantId, readonly Entry[]>): void {
    for (const [participant, entries] of appended)
      for (const entry of entries) this.#held.push({ participant, entry })
    this.#held.sort((one, other) => one.entry.position - other.entry.position)
  }

  /** Ranges in which others may have added entries, from what is announced on. */
  gaps(): Block[] {
    const gaps: Block[] = []
    let first = this.#from
    for (const block of this.#own) {
      if (block.first > first) gaps.push({ first, last: block.first - 1 })
      first = Math.max(first, block.last + 1)
    }
    return [...gaps, { first, last: Number.MAX_SAFE_INTEGER }]
  }

  /** So far others cannot have added anything that is not announced. */
  get knownBelow(): number {
    return this.gaps()[0]!.first
  }

  /** What this hub, or another one, had reserved may be reserved once more, by another one: what it has added itself is read as well, and all behind what was announced, which is durable. */
  forgetReserved(): void {
    this.#own = []
    this.#from = Math.min(this.#from, this.#last + 1)
  }

  /** What is to be announced when all below a position is known. @param read what others have added there, in its order */
  take(below: number, read: readonly Added[] = []): ReadonlyMap<ParticipantId, readonly Entry[]> {
    const at = this.#held.findIndex(({ entry }) => entry.position >= below)
    const own = this.#held.splice(0, at < 0 ? this.#held.length : at)
    this.#from = Math.max(this.#from, below)
    this.#own = this.#own.filter(({ last }) => last >= this.#from)
    const all =
      read.length === 0
        ? own
        : [...own, ...read].sort((one, other) => one.entry.position - other.entry.position)
    const taken = new Map<ParticipantId, Entry[]>()
    let position = 0
    for (const { participant, entry } of all) {
      if (entry.position === position) continue
      position = entry.position
      const entries = taken.get(participant)
      if (entries === undefined) taken.set(participant, [entry])
      else entries.push(entry)
    }
    this.#last = Math.max(this.#last, position)
    return taken
  }
}

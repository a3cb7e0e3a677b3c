/**
 * Participants that come and go: each connection costs a write to disk, a queue that is read anew, and takes the participant from whoever else has it. One whose connections end soon, too often in a minute, has to
 * pause. One that was told so and comes back sooner costs next to nothing, and does not have to wait for longer.
 *
 * steady -> flapping (some connections of the last minute ended soon) -> pausing -> steady
 */
import type { Clock } from '../../shared/clock.ts'
import type { ParticipantId } from '../../shared/ids.ts'

/** As the link sees it: a connection that lasts for less did not last. */
const SOON_MS = 5000
const MINUTE_MS = 60_000

export interface FlappingParts {
  /** Connections a minute that may end soon; 0: no limit. */
  readonly most: number
  readonly clock: Pick<Clock, 'now'>
  isExempt(address: string): boolean
}

/** Who comes, and from where. */
export interface Visitor {
  readonly participant: ParticipantId
  readonly address: string
}

interface Flaps {
  readonly beganMs: number
  count: number
}

export class Flapping {
  readonly #parts: FlappingParts
  /** In the order in which their minutes began. */
  readonly #flaps = new Map<ParticipantId, Flaps>()

  constructor(parts: FlappingParts) {
    this.#parts = parts
  }

  get size(): number {
    return this.#flaps.size
  }

  /** A connection has ended. */
  ended({ participant, address }: Visitor, lastedMs: number): void {
    const nowMs = this.#forgetOld()
    const { most, isExempt } = this.#parts
    if (most === 0 || lastedMs >= SOON_MS || isExempt(address)) return
    const flaps = this.#flaps.get(participant)
    if (flaps === undefined) this.#flaps.set(participant, { beganMs: nowMs, count: 1 })
    else flaps.count += 1
  }

  /** Milliseconds for which the participant must not come back; 0 if it may. */
  pauseMs({ participant, address }: Visitor): number {
    const nowMs = this.#forgetOld()
    const flaps = this.#flaps.get(participant)
    const isPausing = flaps !== undefined && flaps.count >= this.#parts.most
    return isPausing && !this.#parts.isExempt(address) ? flaps.beganMs + MINUTE_MS - nowMs : 0
  }

  /** @returns what the time is */
  #forgetOld(): number {
    const nowMs = this.#parts.clock.now()
    for (const [participant, { beganMs }] of this.#flaps) {
      if (beganMs + MINUTE_MS > nowMs) break
      this.#flaps.delete(participant)
    }
    return nowMs
  }
}

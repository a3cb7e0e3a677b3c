/** How the handlers of an actor behave: at once or later, now and then they fail, and always for what is poison. */
import { setTimeout as pause } from 'node:timers/promises'
import type { HandedEvent } from '../../../shared/protocol.ts'
import type { Seeded } from '../../support/seeded.ts'
import { poisonOf } from '../orders.ts'
import { type History, nowMs, type ParticipantLine } from '../records.ts'

const PERCENT = 1000

const afterMs = (random: Seeded): number => {
  const drawn = random.whole(1, PERCENT)
  if (drawn <= 2) return random.whole(100, 300)
  return drawn <= 300 ? random.whole(0, 8) : 0
}

const isFailing = (random: Seeded, { event, payload, attempt }: HandedEvent): boolean =>
  poisonOf(payload.orderId) === event || (attempt === 1 && random.whole(1, 100) === 1)

export class Moods {
  readonly #random: Seeded
  readonly #history: History<ParticipantLine>
  #running = 0

  constructor(random: Seeded, history: History<ParticipantLine>) {
    this.#random = random
    this.#history = history
  }

  get isIdle(): boolean {
    return this.#running === 0
  }

  /** A handler that does `work` in one of its moods, and writes down how it ended. */
  handler(work: (event: HandedEvent) => void): (event: HandedEvent) => void | Promise<void> {
    return (event) => {
      const delayMs = afterMs(this.#random)
      if (delayMs === 0) return this.#end(event, work)
      this.#running += 1
      return pause(delayMs).then(() => {
        this.#running -= 1
        this.#end(event, work)
      })
    }
  }

  #end(event: HandedEvent, work: (event: HandedEvent) => void): void {
    if (isFailing(this.#random, event)) {
      this.#history.write([nowMs(), 'failed', event.entry])
      throw new Error('this handler fails now and then')
    }
    this.#history.write([nowMs(), 'handled', event.entry])
    work(event)
  }
}

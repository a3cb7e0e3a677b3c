/** Handlers that do their work most of the time, and otherwise what handlers do in practice: take long, never end, reject, throw. */
import type { Clock } from '../../shared/clock.ts'
import type { HandedEvent } from '../../shared/protocol.ts'
import type { Dice } from './dice.ts'
import type { Moods } from './plan.ts'
import { type Mood, moodOf, type Trouble } from './trouble.ts'

type Handler = (event: HandedEvent) => void | Promise<void>

export interface HandlerParts {
  readonly dice: Dice
  readonly clock: Clock
  readonly trouble: Trouble
  readonly moods: Moods
  /** Will this participant never take this event, before its poison is taken away? */
  isPoisonous(event: HandedEvent): boolean
  /** The handler has succeeded. */
  handled(event: HandedEvent): void
}

const LONGEST_SLOWNESS_MS = 6000

const pause = (clock: Clock, ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve))

/** As `handler`, in the mood of the moment. */
export const moody = (handler: Handler, parts: HandlerParts): Handler => {
  const { dice, clock, trouble, moods } = parts
  const work = (event: HandedEvent): void | Promise<void> => {
    const ending = handler(event)
    if (ending === undefined) return parts.handled(event)
    return ending.then(() => parts.handled(event))
  }
  const behave: Readonly<Record<Mood, Handler>> = {
    well: work,
    slow: (event) => pause(clock, dice.whole(10, LONGEST_SLOWNESS_MS)).then(() => work(event)),
    hanging: (event) => trouble.untilOver().then(() => work(event)),
    rejecting: () => Promise.reject(new Error('not now')),
    throwing: () => {
      throw new Error('broken')
    },
  }
  return (event) => {
    if (parts.isPoisonous(event)) return Promise.reject(new Error('poison'))
    const mood = trouble.isOver ? 'well' : moodOf(moods, dice)
    if (mood !== 'well') trouble.effected(`handler ${mood}`)
    return behave[mood](event)
  }
}

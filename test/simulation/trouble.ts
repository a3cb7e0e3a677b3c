/** What a world's parts ask whether all is well, and tell when it is not. */
import type { Dice } from './dice.ts'
import type { Moods } from './plan.ts'

/** Is this kind of fault a handler's mood or a slow disk, which are no damage? */
export const isMood = (kind: string): boolean => kind.startsWith('handler ') || kind === 'slow sync'

/** Counts faults that changed something, by kind. */
export class Trouble {
  readonly faults = new Map<string, number>()
  #isOver = false
  #lasting = 0
  readonly #waiting: (() => void)[] = []

  effected(fault: string): void {
    this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1)
  }

  /** All but moods. */
  get damages(): number {
    let count = 0
    for (const [kind, times] of this.faults) if (!isMood(kind)) count += times
    return count
  }

  /** A process goes by another wall clock than the one before it. */
  clockSet(byMs: number): void {
    this.effected(byMs > 0 ? 'clock set forwards' : 'clock set backwards')
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Something begins that must end before everybody is well. @returns ends it */
  begin(): () => void {
    this.#lasting += 1
    return () => {
      this.#lasting -= 1
    }
  }

  get isLasting(): boolean {
    return this.#lasting > 0
  }

  /** From now on everybody is well, and what hangs goes on. */
  end(): void {
    this.#isOver = true
    for (const go of this.#waiting.splice(0)) go()
  }

  /** Resolves when everybody is well. */
  untilOver(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }
}

export type Mood = keyof Moods | 'well'

/** What a handler does this time. */
export const moodOf = (moods: Moods, dice: Dice): Mood => {
  let drawn = dice.fraction()
  for (const mood of ['slow', 'hanging', 'rejecting', 'throwing'] as const) {
    drawn -= moods[mood]
    if (drawn < 0) return mood
  }
  return 'well'
}

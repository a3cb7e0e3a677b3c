/**
 * The newest position of each driver, in memory, for those who look at the map. So many are kept; one is forgotten when its driver is neither connected nor holds anything. Who has moved is noted only while somebody wants to
 * hear of it.
 */
import type { Moves, Place } from '../../shared/watch.ts'

const MOST = 20_000
/** Drivers in one message; the others come with the next one. */
const MOST_MOVES = 1000
/** Positions that are looked at in one go, to find those that may go. */
const LOOKED_AT = 500

export interface Position extends Place {
  readonly timeMs: number
}

export class Positions {
  readonly #newest = new Map<string, Position>()
  readonly #moved = new Set<string>()
  #isFollowed = false
  #next: IterableIterator<string> | null = null

  get size(): number {
    return this.#newest.size
  }

  moved(driver: string, { lat, lng }: Place, timeMs: number): void {
    if (!this.#newest.has(driver) && this.#newest.size >= MOST) return
    this.#newest.set(driver, { lat, lng, timeMs })
    if (this.#isFollowed) this.#moved.add(driver)
  }

  of(driver: string): Position | undefined {
    return this.#newest.get(driver)
  }

  entries(): IterableIterator<[string, Position]> {
    return this.#newest.entries()
  }

  /** @param isFollowed does somebody want to hear of moves from now on? */
  follow(isFollowed: boolean): void {
    this.#isFollowed = isFollowed
    if (!isFollowed) this.#moved.clear()
  }

  /** Those who have moved since they were told last, some of them if they are many. */
  takeMoves(): Moves {
    const moves: [string, number, number, number][] = []
    for (const driver of this.#moved) {
      if (moves.length === MOST_MOVES) break
      this.#moved.delete(driver)
      const position = this.#newest.get(driver)
      if (position !== undefined) moves.push([driver, position.lat, position.lng, position.timeMs])
    }
    return moves
  }

  /** To be called now and then. A few are looked at in each call, all of them in turn. */
  forgetGone(isGone: (driver: string) => boolean): void {
    for (let looked = 0; looked < LOOKED_AT; looked += 1) {
      this.#next ??= this.#newest.keys()
      const { value: driver, done } = this.#next.next()
      if (done) {
        this.#next = null
        return
      }
      if (isGone(driver)) this.#newest.delete(driver)
    }
  }
}

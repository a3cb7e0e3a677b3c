/**
 * The newest position of each driver, in memory, for those who look at the map. So many are kept; one is forgotten when its driver is neither connected nor holds anything. Who has moved is noted only while somebody wants to
 * hear of it.
 */
import type { OrderKey } from '../../shared/ids.ts'
import type { Moves, Place } from '../../shared/watch.ts'

const MOST = 20_000
/** Drivers in one message; the others come with the next one. */
const MOST_MOVES = 1000
/** Positions that are looked at in one go, to find those that may go. */
const LOOKED_AT = 500

/** Of a driver who is connected to another hub, as that one told last. */
export interface Elsewhere {
  readonly isConnected: boolean
  readonly orders: readonly OrderKey[]
  readonly heardMs: number
}

export interface Position extends Place {
  readonly timeMs: number
  /** Only of a driver of another hub. */
  readonly elsewhere?: Elsewhere
}

/** Drivers that have not moved, of which other hubs are told in one go. */
const TOLD_AGAIN = 100

export class Positions {
  readonly #newest = new Map<string, Position>()
  readonly #moved = new Set<string>()
  #isFollowed = false
  /** Drivers of this hub that have moved since other hubs were told. */
  readonly #untold = new Set<string>()
  #isTold = false
  #again: IterableIterator<[string, Position]> | null = null
  #next: IterableIterator<string> | null = null

  get size(): number {
    return this.#newest.size
  }

  moved(driver: string, { lat, lng }: Place, timeMs: number): void {
    if (!this.#newest.has(driver) && this.#newest.size >= MOST) return
    this.#newest.set(driver, { lat, lng, timeMs })
    if (this.#isFollowed) this.#moved.add(driver)
    if (this.#isTold) this.#untold.add(driver)
  }

  /** Another hub tells of a driver of its own. What is newer stays. */
  heard(driver: string, { lat, lng, timeMs }: Place & { timeMs: number }, elsewhere: Elsewhere): void {
    const known = this.#newest.get(driver)
    if (known === undefined ? this.#newest.size >= MOST : known.timeMs > timeMs) return
    if (known !== undefined && known.elsewhere === undefined && known.timeMs === timeMs) return
    this.#newest.set(driver, { lat, lng, timeMs, elsewhere })
    if (this.#isFollowed && known?.timeMs !== timeMs) this.#moved.add(driver)
  }

  /** There may be other hubs that are to be told. */
  tell(): void {
    this.#isTold = true
  }

  /** For other hubs: those that have moved since they were told last, then some of the others in turn. Who is taken is told. */
  *takeUntold(): IterableIterator<[driver: string, position: Position, hasMoved: boolean]> {
    for (const driver of this.#untold) {
      this.#untold.delete(driver)
      const position = this.#newest.get(driver)
      if (position !== undefined && position.elsewhere === undefined) yield [driver, position, true]
    }
    for (let looked = 0; looked < TOLD_AGAIN; looked += 1) {
      this.#again ??= this.#newest.entries()
      const { value, done } = this.#again.next()
      if (done) {
        this.#again = null
        return
      }
      const [driver, position] = value
      if (position.elsewhere === undefined) yield [driver, position, false]
    }
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
      if (!isGone(driver)) continue
      this.#newest.delete(driver)
      this.#untold.delete(driver)
    }
  }
}

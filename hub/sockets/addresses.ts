/** How often an address may connect, and how many connections it may have. On this machine everybody has the same one: what is exempt is the caller's to say. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { placeOf } from './network.ts'

const MINUTE_S = 60

export class Addresses {
  readonly #limiter: RateLimiterMemory | null

  /** @param connectionsPerMinute 0: no limit */
  constructor(connectionsPerMinute: number) {
    this.#limiter =
      connectionsPerMinute === 0
        ? null
        : new RateLimiterMemory({ points: connectionsPerMinute, duration: MINUTE_S })
  }

  /** Counts a connection. @returns may it come? */
  async mayCome(address: string): Promise<boolean> {
    try {
      await this.#limiter?.consume(placeOf(address))
      return true
    } catch (refused) {
      if (refused instanceof RateLimiterRes) return false
      throw refused
    }
  }
}

/** Connections that are open, by the place that they come from. */
export class Crowds {
  readonly #most: number
  readonly #sizes = new Map<string, number>()

  /** @param most 0: no limit */
  constructor(most: number) {
    this.#most = most
  }

  /** How many places have connections. */
  get size(): number {
    return this.#sizes.size
  }

  isFull(address: string): boolean {
    return this.#most > 0 && (this.#sizes.get(placeOf(address)) ?? 0) >= this.#most
  }

  entered(address: string): void {
    const place = placeOf(address)
    this.#sizes.set(place, (this.#sizes.get(place) ?? 0) + 1)
  }

  left(address: string): void {
    const place = placeOf(address)
    const size = (this.#sizes.get(place) ?? 1) - 1
    if (size === 0) this.#sizes.delete(place)
    else this.#sizes.set(place, size)
  }
}

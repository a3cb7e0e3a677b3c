/** How often an address may connect. On this machine everybody has the same one: what is exempt is the caller's to say. */
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

/**
 * What this hub tells the others of the company, and hears of them: once a second, in one step, and only while there are others. Nothing rests on it. When the database is away, what was heard grows old, and is forgotten after ten seconds.
 */
import { type Clock, every } from '../../../shared/clock.ts'
import { isoTime } from '../../domain/time.ts'
import type { OtherShare, Totals } from '../../ledger/hubs.ts'
import { type Share, shareIn, shareText, type ToldPosition } from './share.ts'
import type { CompanyView, OtherHub } from './sums.ts'

/** One hub among others on the same data. */
export interface Exchange {
  readonly number: number
  readonly hasOthers: boolean
  /** @returns null if they cannot be reached. MUST NOT reject */
  exchange(share: string): Promise<readonly OtherShare[] | null>
  /** Reads rows of all participants. @returns null if that did not work. MUST NOT reject */
  totals(dayBeganMs: number): Promise<Totals | null>
}

export interface CompanyParts {
  readonly hubs: Exchange
  readonly clock: Clock
  told(): Pick<Share, 'figures' | 'watched'>
  /** Does somebody watch here? */
  isWatched(): boolean
  /** The last midnight. */
  dayBeganMs(): number
  /** Of this hub's drivers: those that have moved, then some others in turn. Each that is taken is told. */
  positions(): Iterable<ToldPosition>
  /** A driver of another hub is there. */
  heard(position: ToldPosition): void
  /** To the connections of a store here. */
  relay(store: string, position: { driver: string; lat: number; lng: number; time: string }): void
}

/** No share: silence. */
const NOTHING = ''
const PERIOD_MS = 1000
const FORGOTTEN_MS = 10_000
/** Reading the totals takes at most so much of the time. */
const TOTALS_SHARE = 1 / 20
/** While nobody watches they are for the course only. */
const UNWATCHED_MS = 10_000

export class Company implements CompanyView {
  readonly #parts: CompanyParts
  #others: readonly OtherHub[] = []
  #number = 0
  #isExchanging = false
  /** Has anything been told that is not taken back? */
  #isTold = false
  #totals: Totals | null = null
  #isReading = false
  #readMs = 0
  #tookMs = 0
  #stop = () => {}

  constructor(parts: CompanyParts) {
    this.#parts = parts
  }

  /** This hub's number. */
  get hub(): number {
    return this.#parts.hubs.number
  }

  /** Those that have told something lately, by their numbers. */
  get others(): readonly OtherHub[] {
    const sinceMs = this.#parts.clock.now() - FORGOTTEN_MS
    return this.#others.filter(({ toldMs }) => toldMs >= sinceMs)
  }

  get isWatchedElsewhere(): boolean {
    return this.others.some(({ share }) => share.figures.watchers > 0)
  }

  get totals(): Totals | null {
    return this.others.length === 0 ? null : this.#totals
  }

  start(): void {
    this.#stop = every(this.#parts.clock, PERIOD_MS, () => {
      void this.exchange()
      void this.#readTotals()
    })
  }

  async #readTotals(): Promise<void> {
    const { hubs, clock, isWatched, dayBeganMs } = this.#parts
    const beganMs = clock.now()
    const pauseMs = Math.max(this.#tookMs / TOTALS_SHARE, isWatched() ? 0 : UNWATCHED_MS)
    if (this.#isReading || this.#others.length === 0 || beganMs < this.#readMs + pauseMs) return
    this.#isReading = true
    const totals = await hubs.totals(dayBeganMs())
    this.#isReading = false
    this.#readMs = clock.now()
    this.#tookMs = this.#readMs - beganMs
    if (totals !== null) this.#totals = totals
  }

  /** One after the other: nothing piles up while the database is slow. */
  async exchange(): Promise<void> {
    const { hubs, told: toldOf, positions } = this.#parts
    if (this.#isExchanging) return
    if (!hubs.hasOthers) return this.#takeBack()
    this.#isExchanging = true
    this.#isTold = true
    this.#number += 1
    const share = shareText({ number: this.#number, ...toldOf() }, positions())
    const told = await hubs.exchange(share)
    this.#isExchanging = false
    if (told !== null) this.#hear(told)
  }

  /** With nobody to hear it, what was told last, and says where drivers were, stays with nobody. */
  async #takeBack(): Promise<void> {
    if (!this.#isTold) return
    this.#isExchanging = true
    this.#isTold = (await this.#parts.hubs.exchange(NOTHING)) === null
    this.#isExchanging = false
  }

  #hear(told: readonly OtherShare[]): void {
    const before = this.#others
    const nowMs = this.#parts.clock.now()
    this.#others = told.flatMap(({ hub, ageMs, share: text }) => {
      const share = shareIn(text)
      return share === null ? [] : [{ hub, toldMs: nowMs - ageMs, share }]
    })
    for (const { hub, share } of this.#others)
      if (before.find((other) => other.hub === hub)?.share.number !== share.number)
        for (const position of share.positions) this.#place(position)
  }

  #place(position: ToldPosition): void {
    const { heard, relay } = this.#parts
    heard(position)
    if (!position.hasMoved) return
    const { driver, lat, lng, timeMs, stores } = position
    for (const store of stores) relay(store, { driver, lat, lng, time: isoTime(timeMs) })
  }

  stop(): void {
    this.#stop()
  }
}

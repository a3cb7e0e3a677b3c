/**
 * Random lives of a ledger, with crashes, against naive books. What work does to the ledger it does to the books as well, so it is known what the ledger must hold after any number
 * of pieces of work. After every step it must hold exactly what the settled ones have made of it; after a crash that, or what the group whose
 * sync was under way has made of it.
 */
import { setImmediate as nextLoop } from 'node:timers/promises'
import { expect } from 'chai'
import fc from 'fast-check'
import { keyOf } from '../../../hub/domain/order-record.ts'
import { decode } from '../../../hub/ledger/level/codec.ts'
import type { LevelLedger } from '../../../hub/ledger/level/level-ledger.ts'
import { ledgerOn } from '../../../hub/ledger/level/open.ts'
import { decodeOrder } from '../../../hub/ledger/level/order-row.ts'
import type { Transaction } from '../../../hub/ledger/level/transaction.ts'
import type { OrderKey, ParticipantId } from '../../../shared/ids.ts'
import { CrashingDatabase } from '../../support/crashing-database.ts'
import { turning } from '../../support/ledger.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { Books, PLACES } from './books.ts'
import { carryOut, NOW, PARTICIPANTS, type RandomWork, randomWork, STORE } from './random-work.ts'

type Step = RandomWork | 'turn' | 'heartbeat' | 'hold' | 'release' | 'restart' | Crash
type Crash = 'crash' | 'crash after the write' | 'crash, and again while starting'

interface Sizes {
  readonly cachedRows: number
  readonly readOnTheSpot: number
  /** In characters. */
  readonly longestJournal: number
}

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 20, arbitrary: randomWork },
  { weight: 6, arbitrary: fc.constant('turn') },
  { weight: 1, arbitrary: fc.constant('heartbeat') },
  { weight: 3, arbitrary: fc.constantFrom('hold', 'release') },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'restart',
      'crash',
      'crash after the write',
      'crash, and again while starting',
    ),
  },
)

interface Appended {
  readonly participant: ParticipantId | null
  readonly positions: readonly number[]
}

/** What a turn has appended to a queue and not taken from it again. */
interface Turn extends Appended {
  /** The last piece of work of the turn. */
  readonly last: number
}

const EVERYTHING = { upTo: Number.MAX_SAFE_INTEGER - 1, limit: 99 }

/** One process after the other on the same data. All counts are of pieces of work of the present one. */
class World {
  readonly #clock = createManualClock(NOW)
  readonly #sizes: Sizes
  #db = new CrashingDatabase()
  #ledger!: LevelLedger
  /** After each decision; the first as the process found them. */
  #books: Books[] = []
  /** By each piece of work. */
  #appended: Appended[] = []
  #turns: Turn[] = []
  #announced = new Map<ParticipantId, number[]>()
  #submitted = 0
  #settled = 0
  /** In all groups whose sync has begun. */
  #writing = 0
  #lastPosition = 0
  /** The greatest that somebody can have seen. */
  #settledPosition = 0
  #mistake: unknown = null

  constructor(sizes: Sizes) {
    this.#sizes = sizes
  }

  async begin(): Promise<void> {
    await this.#open(this.#db, new Books())
  }

  async #open(db: CrashingDatabase, found: Books): Promise<void> {
    this.#db = db
    this.#books = [found]
    this.#appended = []
    this.#turns = []
    this.#announced = new Map()
    this.#submitted = this.#settled = this.#writing = 0
    this.#lastPosition = Math.max(this.#settledPosition, ...found.lying.map(({ entry }) => entry.position))
    db.onSync(() => {
      this.#writing = this.#books.length - 1
    })
    this.#ledger = await ledgerOn(db, this.#clock, this.#sizes)
    this.#ledger.onFault((fault) => this.#note(fault))
    this.#ledger.onDecided((transaction) => this.#endTurn(transaction))
    this.#ledger.onCommitted(({ appended }) => {
      for (const [id, entries] of appended)
        this.#announced.set(id, [
          ...(this.#announced.get(id) ?? []),
          ...entries.map(({ position }) => position),
        ])
    })
    await this.#checkRows(found)
  }

  #note(mistake: unknown): void {
    this.#mistake ??= mistake
  }

  async take(one: Step): Promise<void> {
    if (typeof one !== 'string') this.#submit(one)
    else if (one === 'turn') await this.#clock.settle()
    else if (one === 'heartbeat') this.#ledger.markAlive()
    else if (one === 'hold') this.#db.hold()
    else if (one === 'release') this.#db.release()
    else if (one === 'restart') await this.#restart()
    else await this.#crash(one)
    await nextLoop()
    if (this.#mistake !== null) throw this.#mistake
    await this.#checkReads(this.#books[this.#settled]!)
  }

  async #restart(): Promise<void> {
    this.#db.release()
    await turning(this.#clock, this.#ledger.close())
    expect(this.#settled).to.equal(this.#submitted)
    this.#db.open()
    await this.#open(this.#db, this.#books.at(-1)!)
  }

  async #crash(how: Crash): Promise<void> {
    const isWritten = how === 'crash after the write'
    const found = this.#books[isWritten && this.#db.isSyncHeld ? this.#writing : this.#settled]!
    const db = this.#db.crash(isWritten ? this.#db.unsynced : 0)
    // Ends the turn of the process that is no more, so that it is not heard of again.
    await this.#clock.settle()
    await this.#open(how === 'crash, and again while starting' ? await this.#crashAtStart(db) : db, found)
  }

  /** What the next process finds when one has crashed before the first write of its start was synced. */
  async #crashAtStart(db: CrashingDatabase): Promise<CrashingDatabase> {
    db.hold()
    void ledgerOn(db, this.#clock, this.#sizes)
    await nextLoop()
    return db.crash()
  }

  #submit(work: RandomWork): void {
    this.#submitted += 1
    const number = this.#submitted
    this.#ledger.submit({
      orders: 'record' in work ? [keyOf(work.record)] : [],
      participants: 'id' in work ? [work.id] : [],
      stores: [STORE],
      decide: (transaction) => {
        try {
          this.#decide(work, transaction)
        } catch (mistake) {
          this.#note(mistake)
        }
      },
      settled: () => this.#settle(number),
    })
  }

  #decide(work: RandomWork, transaction: Transaction): void {
    const books = this.#books.at(-1)!.copy()
    this.#compareSeen(work, transaction, books)
    const positions = carryOut(work, transaction, books)
    this.#compareSeen(work, transaction, books)
    for (const position of positions) {
      expect(position).to.be.greaterThan(this.#lastPosition)
      this.#lastPosition = position
    }
    this.#books.push(books)
    this.#appended.push({ participant: 'id' in work ? work.id : null, positions })
  }

  #endTurn(transaction: Transaction): void {
    const works = this.#appended.slice(this.#turns.at(-1)?.last ?? 0)
    const books = this.#books.at(-1)!
    for (const participant of PARTICIPANTS) {
      const queue = books.entries(participant, 'queue').map(({ position }) => position)
      const positions = works
        .filter((one) => one.participant === participant)
        .flatMap((one) => one.positions)
        .filter((position) => queue.includes(position))
      const seen = transaction.appendedTo(participant).map(({ position }) => position)
      if (String(seen) !== String(positions)) this.#note(new Error(`appended ${seen}, not ${positions}`))
      this.#turns.push({ last: this.#appended.length, participant, positions })
    }
  }

  #compareSeen(work: RandomWork, transaction: Transaction, books: Books): void {
    if ('record' in work)
      expect(transaction.order(keyOf(work.record))).to.deep.equal(books.orders.get(keyOf(work.record)))
    else expect(transaction.participant(work.id)).to.deep.equal(books.participant(work.id))
    expect([...transaction.rosterOf(STORE)].sort()).to.deep.equal(books.rosterOf(STORE))
  }

  #settle(number: number): void {
    if (number !== this.#settled + 1) this.#note(new Error(`${number} was settled after ${this.#settled}`))
    this.#settled = number
    for (const position of this.#appended[number - 1]!.positions) this.#settledPosition = position
  }

  async #checkReads(books: Books): Promise<void> {
    const { reads } = this.#ledger
    for (const id of PARTICIPANTS) {
      for (const place of PLACES) {
        const entries = books.entries(id, place)
        for (const after of [0, entries[entries.length >> 1]?.position ?? 0])
          expect(await reads.closedEntries(place, id, { ...EVERYTHING, after })).to.deep.equal(
            entries.filter(({ position }) => position > after),
          )
      }
      const appended = this.#turns.filter((turn) => turn.last <= this.#settled && turn.participant === id)
      expect(this.#announced.get(id) ?? []).to.deep.equal(appended.flatMap(({ positions }) => positions))
    }
    const known = [...books.participants.keys()].sort().map((id) => books.participant(id))
    expect(await reads.participants('', 99)).to.deep.equal(known)
    expect(await reads.heldOrders()).to.deep.equal(books.held().map((held) => held.replace(/^.*? /, '')))
    expect(await reads.ordersEndedBefore(NOW + 9, 99)).to.deep.equal(books.ended())
    await this.#checkLists(books)
  }

  async #checkLists(books: Books): Promise<void> {
    const { reads } = this.#ledger
    const times = { from: new Date(NOW).toISOString(), to: new Date(NOW + 9).toISOString() }
    const byTime = await reads.ordersByTime({ ...times, after: null, limit: 99 })
    expect(byTime).to.deep.equal({ orders: books.byTime(), next: null })
    const keys = [...books.orders.keys()].sort()
    for (const store of ['acme', null])
      expect(await reads.ordersNamed({ store, beginning: '', after: null, limit: 99 })).to.deep.equal({
        orders: keys,
        next: null,
      })
    expect(await reads.orderRecords(keys)).to.deep.equal(keys.map((key) => books.orders.get(key)))
  }

  /** Nothing lies in the data after a start but what the books know of, everything where it is looked for. */
  async #checkRows(books: Books): Promise<void> {
    const rows = await this.#db.iterator({}).all()
    const below = (...prefixes: string[]) => rows.filter(([key]) => prefixes.includes(key.slice(0, 2)))
    const orders = [...books.orders.keys()].sort().map((key) => books.orders.get(key))
    expect(
      below('o/').map(([key, value]) => decodeOrder(key.slice('o/'.length) as OrderKey, value)),
    ).to.deep.equal(orders)
    const rosters = below('s/').flatMap(([key, value]) => decode<ParticipantId[]>(key, value))
    expect(rosters.sort()).to.deep.equal(books.rosterOf(STORE))
    expect(below('h/')).to.have.length(books.held().length)
    expect(below('e/')).to.have.length(books.ended().length)
    expect(below('a/')).to.have.length(books.orders.size)
    expect(below('q/', 'r/', 'x/')).to.have.length(books.lying.length)
    expect(below('j/')).to.have.length(0)
  }
}

/** From one where groups leave the journal at once to one that they never leave. */
const sizes: fc.Arbitrary<Sizes> = fc.record({
  cachedRows: fc.constantFrom(1, 1000),
  readOnTheSpot: fc.constantFrom(0, 1, 32),
  longestJournal: fc.constantFrom(0, 500, 1500, 3000, 1_000_000),
})

describe('a ledger', () => {
  it('[LG1][LG2][LG5][LG6][LG7][LG8][LG9][LG10][LG14][LG17][LG19][LG20] holds what naive books say, crash or not', () =>
    fc.assert(
      fc.asyncProperty(sizes, fc.array(step, { maxLength: 60, size: 'max' }), async (drawn, steps) => {
        const world = new World(drawn)
        await world.begin()
        for (const one of steps) await world.take(one)
      }),
      { numRuns: 400 },
    )).timeout(60_000)
})

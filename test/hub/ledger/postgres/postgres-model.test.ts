/**
 * Random lives of a ledger on a server, against naive books: with groups that are refused, connections that are lost and restarts in between. What work does to the ledger it does to the books as well, again if it is decided again. When all is settled the
 * ledger must hold exactly what the books say.
 */
import { expect } from 'chai'
import fc from 'fast-check'
import { keyOf } from '../../../../hub/domain/order-record.ts'
import type { LedgerTransaction } from '../../../../hub/ledger/ledger.ts'
import { openPostgresLedger } from '../../../../hub/ledger/postgres/open.ts'
import { OutOfPositions } from '../../../../hub/ledger/postgres/positions.ts'
import type { PostgresLedger } from '../../../../hub/ledger/postgres/postgres-ledger.ts'
import type { ParticipantId } from '../../../../shared/ids.ts'
import { atEndOfTest } from '../../../support/cleanup.ts'
import { describePostgres, queryAt } from '../../../support/postgres.ts'
import { Books, PLACES } from '../books.ts'
import { carryOut, NOW, PARTICIPANTS, type RandomWork, randomWork, STORE } from '../random-work.ts'
import { hastyClock, NO_REPORTS, newDatabase } from './databases.ts'

type Step = RandomWork | 'turn' | 'wait' | 'disturb' | 'lose' | 'restart'

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 20, arbitrary: randomWork },
  { weight: 4, arbitrary: fc.constant('turn') },
  { weight: 3, arbitrary: fc.constant('wait') },
  { weight: 3, arbitrary: fc.constantFrom('disturb', 'lose', 'restart') },
)

/** Rows as another one might have left them: not those that groups know. */
const DISTURB = ['orders', 'participants', 'rosters']
  .map((table) => `UPDATE caps.${table} SET version = version + 1;`)
  .join('\n')
const LOSE = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND application_name LIKE 'caps hub %'`
const EVERYTHING = { after: 0, upTo: Number.MAX_SAFE_INTEGER - 1, limit: 99 }

class World {
  readonly #url: string
  readonly #cachedRows: number
  #ledger!: PostgresLedger
  /** After each decision; the first as the process found them. */
  #books: Books[] = [new Books()]
  #announced = new Map<ParticipantId, number[]>()
  #submitted = 0
  #settled = 0
  #mistake: unknown = null

  constructor(url: string, cachedRows: number) {
    this.#url = url
    this.#cachedRows = cachedRows
  }

  async open(): Promise<void> {
    const cache = { rows: this.#cachedRows, weight: 1_000_000 }
    const database = { url: this.#url, durability: 'local' } as const
    const opened = await openPostgresLedger(database, hastyClock, { reports: NO_REPORTS, cache, block: 50 })
    this.#ledger = opened.ledger
    this.#ledger.onFault((fault) => this.#note(fault))
    this.#ledger.onCommitted(({ appended }) => {
      for (const [id, entries] of appended) {
        const before = this.#announced.get(id) ?? []
        this.#announced.set(id, [...before, ...entries.map(({ position }) => position)])
      }
    })
  }

  close(): Promise<void> {
    return this.#ledger.close()
  }

  #note(mistake: unknown): void {
    this.#mistake ??= mistake
  }

  async take(one: Step): Promise<void> {
    if (typeof one !== 'string') this.#submit(one)
    else if (one === 'turn') await new Promise((resolve) => setImmediate(resolve))
    else if (one === 'disturb') await queryAt(this.#url, DISTURB)
    else if (one === 'lose') await queryAt(this.#url, LOSE)
    else await this.#settleAll()
    if (one === 'restart') await this.#restart()
  }

  async #restart(): Promise<void> {
    await this.#ledger.close()
    await this.open()
    await this.#settleAll()
  }

  async #settleAll(): Promise<void> {
    await new Promise<void>((settled) => this.#ledger.submit({ decide: () => {}, settled }))
    if (this.#mistake !== null) throw this.#mistake
    expect(this.#settled).to.equal(this.#submitted)
    await this.#check(this.#books.at(-1)!)
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
          this.#decide(work, transaction, number)
        } catch (mistake) {
          // It is decided again when there are more.
          if (mistake instanceof OutOfPositions) throw mistake
          this.#note(mistake)
        }
      },
      settled: () => {
        if (number !== this.#settled + 1)
          this.#note(new Error(`${number} was settled after ${this.#settled}`))
        this.#settled = number
      },
    })
  }

  /** Whatever was decided before of this piece of work, and of all behind it, was not. */
  #decide(work: RandomWork, transaction: LedgerTransaction, number: number): void {
    this.#books = this.#books.slice(0, number)
    const books = this.#books[number - 1]!.copy()
    this.#compareSeen(work, transaction, books)
    carryOut(work, transaction, books)
    this.#compareSeen(work, transaction, books)
    this.#books.push(books)
  }

  #compareSeen(work: RandomWork, transaction: LedgerTransaction, books: Books): void {
    if ('record' in work)
      expect(transaction.order(keyOf(work.record))).to.deep.equal(books.orders.get(keyOf(work.record)))
    else expect(transaction.participant(work.id)).to.deep.equal(books.participant(work.id))
    expect([...transaction.rosterOf(STORE)].sort()).to.deep.equal(books.rosterOf(STORE))
  }

  async #check(books: Books): Promise<void> {
    const { reads } = this.#ledger
    for (const id of PARTICIPANTS) {
      for (const place of PLACES)
        expect(await reads.closedEntries(place, id, EVERYTHING)).to.deep.equal(books.entries(id, place))
      const announced = this.#announced.get(id) ?? []
      expect(announced).to.deep.equal([...new Set(announced)].sort((one, other) => one - other))
      const queued = books.entries(id, 'queue').map(({ position }) => position)
      expect(announced).to.include.members(queued)
    }
    const known = [...books.participants.keys()].sort().map((id) => books.participant(id))
    expect(await reads.participants('', 99)).to.deep.equal(known)
    expect([...(await reads.heldOrders())].sort()).to.deep.equal(
      books
        .held()
        .map((held) => held.replace(/^.*? /, ''))
        .sort(),
    )
    expect(await reads.ordersEndedBefore(NOW + 9, 99)).to.deep.equal(books.ended())
    const keys = [...books.orders.keys()].sort()
    expect(await reads.orderRecords(keys)).to.deep.equal(keys.map((key) => books.orders.get(key)))
  }
}

describePostgres('a ledger on a server', function () {
  this.timeout(120_000)

  it('[LG1][LG2][LG5][LG6][LG7][LG8][LG9][LG14][LG19][PQ2][PQ6][PQ8][PQ13] holds what naive books say, whatever is refused, lost or begun anew', async () => {
    const url = await newDatabase()
    let open: World | null = null
    atEndOfTest(() => open?.close())
    const steps = fc.array(step, { maxLength: 40, size: 'max' })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(1, 1000), steps, async (cachedRows, drawn) => {
        await open?.close()
        await queryAt(url, 'DROP SCHEMA IF EXISTS caps CASCADE')
        const world = new World(url, cachedRows)
        await world.open()
        open = world
        for (const one of [...drawn, 'wait' as const]) await world.take(one)
      }),
      { numRuns: 4, endOnFailure: true },
    )
  })
})

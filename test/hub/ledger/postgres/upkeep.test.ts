import { expect } from 'chai'
import { Erasures } from '../../../../hub/delivery/erasures.ts'
import type { Entry } from '../../../../hub/domain/entry.ts'
import { changed, dispatched, keyOf } from '../../../../hub/domain/order-record.ts'
import { newParticipant, type ParticipantRecord } from '../../../../hub/domain/participant.ts'
import { upkeepLedger } from '../../../../hub/ledger-ports.ts'
import { expirePage } from '../../../../hub/upkeep/expiry.ts'
import type { UpkeepLedger, UpkeepReports } from '../../../../hub/upkeep/ports.ts'
import { Turns } from '../../../../hub/upkeep/turns.ts'
import { Upkeep } from '../../../../hub/upkeep/upkeep.ts'
import { systemClock } from '../../../../shared/clock.ts'
import { type ParticipantId, vendorId } from '../../../../shared/ids.ts'
import { commit } from '../../../support/ledger.ts'
import { order, waitingOrder } from '../../../support/orders.ts'
import { describePostgres, queryAt } from '../../../support/postgres.ts'
import { newDatabase, type OpenedTest, openAt } from './databases.ts'

const [GONE, THERE] = [vendorId('acme', 'gone'), vendorId('acme', 'there')]
/** Longer ago than 1970. */
const LONG_MS = 10_000_000_000_000
const OPTIONS = {
  ...{ sessionExpiryMs: LONG_MS, orderRetentionMs: LONG_MS, deadLetterRetentionMs: LONG_MS },
  upkeepPeriodMs: LONG_MS,
}
/** Long ago. */
const THEN_MS = 1

const endedOrder = (name: string, owed: number) => {
  const record = waitingOrder(order(name))
  const dispatch = dispatched(record.dispatch, { place: 'none' })
  return changed(record, { state: 'delivered', owed, endedMs: THEN_MS, dispatch })
}

const entryOf = (name: string): Omit<Entry, 'position'> => ({
  ...{ id: `event of ${name}`, event: 'delivered', time: new Date(THEN_MS).toISOString() },
  payload: { ...order(name), driver: 'bob' },
})

/** What hubs report, added up by what and whom. */
const tallied = () => {
  const counts: Record<string, number> = {}
  const add = (what: string, count: number) => {
    if (count > 0) counts[what] = (counts[what] ?? 0) + count
  }
  const reports: UpkeepReports = {
    expired: (id, entries) => add(`expired ${id}`, entries),
    dropped: (id, entries) => add(`dropped ${id}`, entries),
    replayed: () => {},
    ordersRemoved: (orders) => add('orders', orders),
    erased: () => {},
    scrubbed: () => {},
  }
  return { counts, reports }
}

const presence = (connected: readonly ParticipantId[]) => ({
  isConnected: (id: ParticipantId) => connected.includes(id),
  isAwayWritten: true,
  isOthers: () => false,
  isCarrying: () => false,
})

describePostgres('upkeep at two hubs that both take it for theirs', () => {
  let url: string
  let one: OpenedTest
  let other: OpenedTest

  const there = async (table: string): Promise<unknown> =>
    (await queryAt(url, `SELECT count(*)::int FROM caps.${table}`))[0]?.count

  /** Both do a round at the same moment. */
  const round = async (options: Partial<typeof OPTIONS>) => {
    const { counts, reports } = tallied()
    const upkeeps = [one, other].map(
      ({ ledger }) =>
        new Upkeep({
          ...{ ledger: upkeepLedger(ledger), clock: systemClock, reports, presence: presence([THERE]) },
          ...{ options: { ...OPTIONS, ...options }, readyMs: 0, handed: new Erasures() },
          isDoneByOther: () => false,
        }),
    )
    await Promise.all(upkeeps.map((upkeep) => upkeep.run()))
    return counts
  }

  beforeEach(async () => {
    url = await newDatabase()
    one = await openAt(url)
    other = await openAt(url)
    const records = [endedOrder('A', 2), endedOrder('B', 1), endedOrder('C', 1), endedOrder('D', 0)]
    await commit(one.ledger, {
      orders: records.map(keyOf),
      participants: [GONE, THERE],
      stores: ['acme'],
      decide: (transaction) => {
        transaction.putParticipant({ ...newParticipant(GONE, 0), awaySinceMs: THEN_MS })
        transaction.putParticipant(newParticipant(THERE, 0))
        for (const record of records) transaction.putOrder(record)
        const failed = { failures: [], deadMs: THEN_MS, dueMs: THEN_MS }
        const add = (id: ParticipantId, name: string) => {
          const position = transaction.append(id, entryOf(name))
          return { ...entryOf(name), position, ...failed }
        }
        add(GONE, 'A')
        const [retry, letter, old] = [add(GONE, 'B'), add(GONE, 'C'), add(THERE, 'A')]
        for (const [id, entry] of [
          [GONE, retry],
          [GONE, letter],
          [THERE, old],
        ] as const)
          transaction.take('queue', id, entry.position)
        transaction.addRetry(GONE, retry)
        transaction.addDeadLetter(GONE, letter)
        transaction.addDeadLetter(THERE, old)
      },
    })
  })

  it('[PQ33][UP1][UP3] expires a session, removes its queue, old letters and old orders once, and counts each once', async () => {
    expect(await round({ sessionExpiryMs: 0 })).to.deep.equal({ [`expired ${GONE}`]: 3 })
    const removed = await round({ deadLetterRetentionMs: 0 })
    expect(removed).to.deep.equal({ [`dropped ${GONE}`]: 3, [`dropped ${THERE}`]: 1 })
    expect([await there('entries'), await there('participants')]).to.deep.equal([0, 1])
    expect(await round({ orderRetentionMs: 0 })).to.deep.equal({ orders: 4 })
    expect(await there('orders')).to.equal(0)
    expect([one.faults, other.faults]).to.deep.equal([[], []])
  })

  it('[PQ33][UP2] keeps a queue that was closed anew since the one that was to be removed was looked at', async () => {
    await round({ sessionExpiryMs: 0 })
    const reading = upkeepLedger(one.ledger)
    const stale = (record: ParticipantRecord): ParticipantRecord =>
      record.closed === null ? record : { ...record, closed: { ...record.closed, upTo: 0, reason: 'left' } }
    const participants: UpkeepLedger['participants'] = async (after, limit) =>
      (await reading.participants(after, limit)).map(stale)
    const { counts, reports } = tallied()
    await expirePage(
      {
        ...{ ledger: { ...reading, participants }, reports, presence: presence([THERE]), options: OPTIONS },
        ...{ readyMs: 0, turns: new Turns(), isStopping: () => false },
      },
      '',
      systemClock.now(),
    )
    const row = await one.ledger.reads.participantRecord(GONE)
    expect([counts, row?.closed?.entries, await there('entries')]).to.deep.equal([{}, 3, 4])
  })
})

import { expect } from 'chai'
import { Client } from 'pg'
import { settleEntry } from '../../../../hub/domain/order.ts'
import { type AcceptedEvent, changed, keyOf } from '../../../../hub/domain/order-record.ts'
import { closeQueue, newParticipant } from '../../../../hub/domain/participant.ts'
import type { PostgresLedger } from '../../../../hub/ledger/postgres/postgres-ledger.ts'
import { orderKey, type ParticipantId, vendorId } from '../../../../shared/ids.ts'
import { atEndOfTest } from '../../../support/cleanup.ts'
import { commit } from '../../../support/ledger.ts'
import { waitingOrder } from '../../../support/orders.ts'
import { describePostgres, queryAt } from '../../../support/postgres.ts'
import { createInbox } from '../../../support/waiting.ts'
import { entryOf } from '../ledger-contract.ts'
import { newDatabase, type OpenedTest, openAt, untilTrue } from './databases.ts'

const MAIN = vendorId('acme', 'main')
const RECORD = waitingOrder()
const KEY = keyOf(RECORD)

const enter = (ledger: PostgresLedger, id: ParticipantId = MAIN) =>
  commit(ledger, {
    participants: [id],
    stores: ['acme'],
    decide: (transaction) => {
      const closed = transaction.participant(id)?.closed ?? null
      transaction.putParticipant({ ...newParticipant(id, transaction.lastPosition), closed })
    },
  })

const append = (ledger: PostgresLedger, name: string, id: ParticipantId = MAIN) =>
  commit(ledger, {
    participants: [id],
    stores: ['acme'],
    decide: (transaction) => {
      if (transaction.rosterOf('acme').includes(id)) transaction.append(id, entryOf(name))
      return transaction.rosterOf('acme')
    },
  })

const publish = (ledger: PostgresLedger) =>
  commit(ledger, { orders: [KEY], decide: (transaction) => transaction.putOrder(RECORD) })
const acknowledge = (ledger: PostgresLedger) =>
  commit(ledger, {
    orders: [KEY],
    participants: [MAIN],
    decide: (transaction) => {
      if (!transaction.owns(MAIN)) return false
      const item = { what: 'acknowledged', participant: MAIN, event: 'pickup' } as const
      transaction.putOrder(settleEntry(transaction.order(KEY)!, item, 0))
      return true
    },
  })
const advance = (ledger: PostgresLedger, state: 'assigned' | 'in-transit') =>
  commit(ledger, {
    orders: [KEY],
    decide: (transaction) => {
      const record = transaction.order(KEY)!
      transaction.putOrder(changed(record, { state }))
      return record.state
    },
  })

/** Holds up what a hub writes, until it is let go. */
const holdUp = async (url: string, hub: number): Promise<() => Promise<unknown>> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  atEndOfTest(() => client.end())
  await client.query(`BEGIN; SELECT FROM caps.hubs WHERE hub = ${hub} FOR UPDATE`)
  return () => client.query('COMMIT')
}

const announcedTo = (ledger: PostgresLedger) => {
  const inbox = createInbox<string>('an announced entry')
  ledger.onCommitted(({ appended }) => {
    for (const { id } of appended.get(MAIN) ?? []) inbox.put(id)
  })
  return inbox
}

describePostgres('two hubs on a database', () => {
  let url: string
  let one: OpenedTest
  let other: OpenedTest

  beforeEach(async () => {
    url = await newDatabase()
    one = await openAt(url)
    other = await openAt(url)
  })

  it('[PQ4] have a number each, and both write', async () => {
    expect(one.ledger.identity.hub).to.not.equal(other.ledger.identity.hub)
    await enter(one.ledger)
    await append(other.ledger, 'from the other')
    await append(one.ledger, 'from the one')
    expect([one.faults, other.faults]).to.deep.equal([[], []])
  })

  it('[PQ5] hear of the entries of both, in queue order, each once', async () => {
    await enter(one.ledger)
    await one.hubs.own(MAIN, () => true)
    for (const { hubs } of [one, other]) await hubs.beat()
    const announced = announcedTo(one.ledger)
    const names = Array.from({ length: 60 }, (_, index) => `n-${index}`)
    await Promise.all(names.map((name, index) => append((index % 2 === 0 ? one : other).ledger, name)))
    const heard: string[] = []
    while (heard.length < names.length) heard.push(await announced.next())
    const stored = await one.ledger.reads.entries(MAIN, { after: 0, limit: 100 })
    expect(heard).to.deep.equal(stored.map(({ id }) => id))
    expect(new Set(heard).size).to.equal(names.length)
  })

  it('[PQ30] decide what adds to queues once, also when they have to reserve positions for it', async () => {
    await enter(one.ledger)
    for (const { hubs } of [one, other]) await hubs.beat()
    await append(one.ledger, 'before, whose group gives back what is left')
    let times = 0
    await commit(one.ledger, {
      participants: [MAIN],
      stores: ['acme'],
      decide: (transaction) => {
        times += 1
        transaction.append(MAIN, entryOf('now'))
      },
    })
    expect(times).to.equal(1)
  })

  it('[PQ30] decide once what adds more to queues than any group before', async () => {
    await enter(one.ledger)
    for (const { hubs } of [one, other]) await hubs.beat()
    const orders = Array.from({ length: 200 }, (_, index) => orderKey('acme', `many-${index}`))
    let times = 0
    await commit(one.ledger, {
      ...{ orders, participants: [MAIN], stores: ['acme'] },
      decide: (transaction) => {
        times += 1
        for (const order of orders) transaction.append(MAIN, entryOf(order))
      },
    })
    expect(times).to.equal(1)
  })

  it('[PQ30] decide by the rows that were at hand when they began to reserve, whatever is forgotten meanwhile', async () => {
    await enter(one.ledger)
    for (const { hubs } of [one, other]) await hubs.beat()
    await append(one.ledger, 'before, whose group gives back what is left')
    const client = new Client({ connectionString: url })
    await client.connect()
    atEndOfTest(() => client.end())
    await client.query('BEGIN; SELECT FROM caps.positions FOR UPDATE')
    const appended = append(one.ledger, 'now')
    await one.hubs.beat()
    await client.query('COMMIT')
    expect(await appended).to.deep.equal([MAIN])
    expect(one.faults).to.deep.equal([])
  })

  describe('while one writes', () => {
    const TILL = vendorId('acme', 'till-2')
    const add = (id: ParticipantId, name: string, then = () => {}) =>
      commit(one.ledger, {
        participants: [id],
        decide: (transaction) => {
          transaction.append(id, entryOf(name))
          then()
        },
      })

    beforeEach(async () => {
      await enter(one.ledger)
      await enter(one.ledger, TILL)
      await one.hubs.own(MAIN, () => true)
      await other.hubs.own(TILL, () => true)
      for (const { hubs } of [one, other]) await hubs.beat()
    })

    const addFromOther = () =>
      commit(other.ledger, {
        participants: [MAIN],
        decide: (transaction) => transaction.append(MAIN, entryOf('from the other')),
      })

    it('[PQ22] to a queue of the other, it hears of what that one has added to its own, and adds more behind it', async () => {
      const announced = announcedTo(one.ledger)
      const letGo = await holdUp(url, one.ledger.identity.hub)
      // With something that waits the hub keeps the positions that it has.
      const written = add(TILL, 'for the other', () =>
        one.ledger.submit({ decide: () => {}, settled: () => {} }),
      )
      await untilTrue(url, "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
      const first = await addFromOther()
      one.ledger.neighbours.look()
      expect(await announced.next()).to.equal('event of from the other')
      const second = commit(one.ledger, {
        participants: [MAIN],
        decide: (transaction) => transaction.append(MAIN, entryOf('its own')),
      })
      await letGo()
      await written
      expect(await second).to.be.greaterThan(first)
      expect(await announced.next()).to.equal('event of its own')
    })

    it('[PQ26] it adds an order’s next event behind what the other one has added of it', async () => {
      const [pickup, inTransit] = (['pickup', 'in-transit'] as const).map((event) => ({ event, id: event }))
      const write = (ledger: PostgresLedger, events: readonly AcceptedEvent[]) =>
        commit(ledger, {
          orders: [KEY],
          participants: [MAIN, TILL],
          decide: (transaction) => {
            const before = transaction.order(KEY) ?? RECORD
            const ids = [TILL, MAIN].map((id) => transaction.append(id, entryOf(RECORD.order.orderId)))
            transaction.putOrder(changed(before, { events }))
            return ids
          },
        })
      await commit(other.ledger, {
        orders: [KEY],
        decide: (transaction) => transaction.putOrder(changed(RECORD, { events: [pickup!] })),
      })
      const letGo = await holdUp(url, one.ledger.identity.hub)
      // With something that waits the hub keeps the positions that it has.
      const held = add(TILL, 'something else', () =>
        one.ledger.submit({ decide: () => {}, settled: () => {} }),
      )
      await untilTrue(url, "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
      const first = await write(other.ledger, [pickup!, inTransit!])
      const second = write(one.ledger, [pickup!, inTransit!, { event: 'delivered', id: 'delivered' }])
      await letGo()
      await held
      expect(Math.min(...(await second))).to.be.greaterThan(Math.max(...first))
    })

    it('[PQ22] to one of its own, it hears of what comes behind it there when it is written', async () => {
      const announced = announcedTo(one.ledger)
      const letGo = await holdUp(url, one.ledger.identity.hub)
      const written = add(MAIN, 'its own')
      await untilTrue(url, "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
      await addFromOther()
      one.ledger.neighbours.look()
      // The look that was asked for is over when it can be read on.
      await one.ledger.reads.entries(MAIN, { after: 0, limit: 1 })
      await letGo()
      await written
      expect([await announced.next(), await announced.next()]).to.deep.equal([
        'event of its own',
        'event of from the other',
      ])
    })
  })

  it('[PQ15] do not refuse each other what only settles an entry', async () => {
    await publish(one.ledger)
    await advance(other.ledger, 'assigned')
    const told = [...one.told.all, ...other.told.all]
    await Promise.all([acknowledge(one.ledger), advance(other.ledger, 'in-transit'), acknowledge(one.ledger)])
    const [row] = await queryAt(url, 'SELECT state, owed::int, history FROM caps.orders')
    expect(row).to.include({ state: 'in-transit', owed: RECORD.owed - 2 })
    expect(String(row?.history).split('acknowledged')).to.have.length(3)
    expect([...one.told.all, ...other.told.all]).to.deep.equal(told)
  })

  it('[PQ16] answer from what the other one has made of an order, also if they only look', async () => {
    await publish(one.ledger)
    expect(await advance(other.ledger, 'assigned')).to.equal('waiting')
    const looked = await commit(one.ledger, {
      orders: [KEY],
      decide: (transaction) => transaction.order(KEY)?.state,
    })
    expect(looked).to.equal('assigned')
    expect(await advance(one.ledger, 'in-transit')).to.equal('assigned')
  })

  it('[PQ14][PQ17] write nothing for a participant that the other one serves by now', async () => {
    await publish(one.ledger)
    await enter(one.ledger)
    await one.hubs.own(MAIN, () => true)
    const lost: ParticipantId[] = []
    one.hubs.onLost((participants) => lost.push(...participants))
    expect(await acknowledge(one.ledger)).to.equal(true)
    await other.hubs.own(MAIN, () => true)
    expect(await acknowledge(one.ledger)).to.equal(false)
    expect(await acknowledge(other.ledger)).to.equal(true)
    expect(lost).to.deep.equal([MAIN])
    expect([one.hubs.owns(MAIN), other.hubs.owns(MAIN)]).to.deep.equal([false, true])
    const [row] = await queryAt(url, 'SELECT owed::int FROM caps.orders')
    expect(row).to.deep.equal({ owed: RECORD.owed - 2 })
  })

  it('[PQ21] take nobody over for a connection that has gone meanwhile', async () => {
    await enter(one.ledger)
    expect(await one.hubs.own(MAIN, () => true)).to.equal(true)
    expect(await other.hubs.own(MAIN, () => false)).to.equal(false)
    expect([one.hubs.owns(MAIN), other.hubs.owns(MAIN)]).to.deep.equal([true, false])
    const [row] = await queryAt(url, 'SELECT hub::int FROM caps.owners')
    expect(row).to.deep.equal({ hub: one.ledger.identity.hub })
  })

  it('[PQ14][PQ17] do not decide what was asked for before a participant went and came back', async () => {
    await publish(one.ledger)
    await one.hubs.own(MAIN, () => true)
    let isDone = false
    const blocked = acknowledge(one.ledger).then((isDecided) => {
      isDone = true
      return isDecided
    })
    expect(isDone).to.equal(false)
    await blocked
    await other.hubs.own(MAIN, () => true)
    const late = acknowledge(one.ledger)
    expect(await late).to.equal(false)
    await one.hubs.own(MAIN, () => true)
    expect(await acknowledge(one.ledger)).to.equal(true)
  })

  it('[PQ17] know of each other’s participants before they write to their queues again', async () => {
    const TILL = vendorId('acme', 'till-2')
    await enter(one.ledger)
    expect(await append(other.ledger, 'first')).to.deep.equal([MAIN])
    await enter(one.ledger, TILL)
    expect(await append(other.ledger, 'second')).to.deep.equal([MAIN, TILL])
  })

  it('[PQ17] leave nothing in a queue that the other one closes meanwhile', async () => {
    await enter(one.ledger)
    for (let round = 0; round < 5; round += 1) {
      const appending = Array.from({ length: 10 }, (_, index) =>
        append(other.ledger, `round-${round}-${index}`),
      )
      await append(one.ledger, `round-${round}`)
      const closed = await commit(one.ledger, {
        participants: [MAIN],
        stores: ['acme'],
        decide: (transaction) => {
          const { lastPosition: upTo, nowMs } = transaction
          const record = closeQueue(transaction.participant(MAIN)!, { reason: 'left', upTo, nowMs })
          transaction.putParticipant(record)
          return record.closed!
        },
      })
      await Promise.all(appending)
      const [inside] = await queryAt(
        url,
        `SELECT count(*)::int, (count(*) FILTER (WHERE position > ${closed.upTo}))::int AS outside FROM caps.entries WHERE participant = '${MAIN}'`,
      )
      expect(inside).to.deep.equal({ count: closed.entries, outside: 0 })
      await enter(one.ledger)
      await append(other.ledger, `after-${round}`)
      const read = () => one.ledger.reads.entries(MAIN, { after: closed.upTo, limit: 9 })
      let fresh = await read()
      // What one of them has reserved holds up the readers until it is given back.
      while (fresh.length === 0) fresh = await read()
      expect(fresh.map(({ id }) => id)).to.deep.equal([`event of after-${round}`])
      await commit(one.ledger, {
        participants: [MAIN],
        decide: (transaction) => transaction.take('queue', MAIN, fresh[0]!.position),
      })
    }
  })
})

import { expect } from 'chai'
import { keyOf, type OrderRecord } from '../../../../hub/domain/order-record.ts'
import { newParticipant } from '../../../../hub/domain/participant.ts'
import type { PostgresLedger } from '../../../../hub/ledger/postgres/postgres-ledger.ts'
import { vendorId } from '../../../../shared/ids.ts'
import { commit } from '../../../support/ledger.ts'
import { order, waitingOrder } from '../../../support/orders.ts'
import { describePostgres, queryAt } from '../../../support/postgres.ts'
import { entryOf } from '../ledger-contract.ts'
import { newDatabase, openAt } from './databases.ts'

const RECORD = waitingOrder()
const MAIN = vendorId('acme', 'main')

/** Counts up what is owed of an order, which it makes if there is none. */
const add = (ledger: PostgresLedger, record: OrderRecord = RECORD) =>
  commit(ledger, {
    orders: [keyOf(record)],
    decide: (transaction) => {
      const owed = (transaction.order(keyOf(record))?.owed ?? 0) + 1
      transaction.putOrder({ ...record, owed })
      return owed
    },
  })

const enter = (ledger: PostgresLedger) =>
  commit(ledger, {
    participants: [MAIN],
    stores: ['acme'],
    decide: (transaction) => transaction.putParticipant(newParticipant(MAIN, 0)),
  })

describePostgres('a group that is not as the database has it', () => {
  let url: string
  const query = (text: string) => queryAt(url, text)
  const owedThere = async () =>
    (await query('SELECT key, owed::int FROM caps.orders ORDER BY key')).map(Object.values)

  beforeEach(async () => {
    url = await newDatabase()
  })

  it('[PQ2] is decided again on what the database has', async () => {
    const { ledger, told } = await openAt(url)
    await add(ledger)
    await query('UPDATE caps.orders SET owed = 10, version = version + 1')
    expect(await add(ledger)).to.equal(11)
    expect(told.all).to.deep.equal(['redecided'])
    expect(await owedThere()).to.deep.equal([[keyOf(RECORD), 11]])
  })

  it('[PQ2] is decided again if what it made anew is there already, and if what it had is gone', async () => {
    const { ledger, told } = await openAt(url)
    expect(
      await commit(ledger, { orders: [keyOf(RECORD)], decide: (one) => one.order(keyOf(RECORD)) }),
    ).to.equal(undefined)
    await add(ledger)
    await query('DELETE FROM caps.orders')
    expect(await add(ledger)).to.equal(1)
    await ledger.close()
    const { ledger: next } = await openAt(url)
    await enter(next)
    await query('UPDATE caps.participants SET version = version + 1, away_since_ms = 7')
    const seen = await commit(next, {
      participants: [MAIN],
      decide: (transaction) => {
        const known = transaction.participant(MAIN)!
        transaction.putParticipant({ ...known, isActive: true, awaySinceMs: (known.awaySinceMs ?? 0) + 1 })
        transaction.append(MAIN, entryOf('order-1'))
        return transaction.participant(MAIN)
      },
    })
    expect(seen).to.include({ awaySinceMs: 8, queued: 1 })
    expect(told.all).to.deep.equal(['redecided'])
  })

  it('[PQ2] is written whole or not at all', async () => {
    const { ledger } = await openAt(url)
    await add(ledger)
    await enter(ledger)
    const numberOf = async () => (await query('SELECT last_group::int AS number FROM caps.hubs'))[0]
    const before = await numberOf()
    await query('UPDATE caps.orders SET version = version + 1')
    let runs = 0
    await commit(ledger, {
      orders: [keyOf(RECORD)],
      participants: [MAIN],
      decide: (transaction) => {
        runs += 1
        transaction.putRevocation({ participant: MAIN, revokedMs: runs })
        transaction.append(MAIN, entryOf(`run ${runs}`))
        transaction.putOrder({ ...RECORD, owed: runs })
      },
    })
    expect(runs).to.equal(2)
    expect(await query('SELECT revoked_ms::int FROM caps.revocations')).to.deep.equal([{ revoked_ms: 2 }])
    expect((await ledger.reads.entries(MAIN, { after: 0, limit: 9 })).map(({ id }) => id)).to.deep.equal([
      'event of run 2',
    ])
    expect(await numberOf()).to.deep.equal({ number: Number(before?.number) + 1 })
  })

  it('[PQ2] is decided again with all that was decided on top of it, in its order, and settled once', async () => {
    const { ledger } = await openAt(url)
    await add(ledger)
    await query('UPDATE caps.orders SET version = version + 1')
    const settled: string[] = []
    const decided: string[] = []
    const submit = (name: string, more: () => void = () => {}) =>
      ledger.submit({
        orders: [keyOf(RECORD)],
        decide: (transaction) => {
          decided.push(name)
          const known = transaction.order(keyOf(RECORD))!
          transaction.putOrder({ ...known, owed: known.owed * 10 })
        },
        settled: () => {
          settled.push(name)
          more()
        },
      })
    submit('one')
    submit('other')
    await new Promise((resolve) => setImmediate(resolve))
    submit('on top of them')
    await add(ledger)
    expect(settled).to.deep.equal(['one', 'other', 'on top of them'])
    expect(decided.slice(-3)).to.deep.equal(settled)
    expect(decided.length).to.be.greaterThan(3)
    expect(await owedThere()).to.deep.equal([[keyOf(RECORD), 1001]])
  })

  it('[PQ2] is decided again when others were in its way', async () => {
    const { ledger, told } = await openAt(url)
    await query(`CREATE SEQUENCE public.tries;
      CREATE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('public.tries') < 4 THEN RAISE EXCEPTION 'no' USING ERRCODE = 'serialization_failure'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER fail BEFORE INSERT ON caps.orders FOR EACH ROW EXECUTE FUNCTION public.fail()`)
    expect(await add(ledger)).to.equal(1)
    await query('DROP SEQUENCE public.tries; DROP FUNCTION public.fail CASCADE')
    expect(told.all).to.deep.equal(['redecided', 'redecided', 'redecided'])
  })

  it('[LG13] ends everything if it can never be written, and is settled by nobody', async () => {
    const { ledger, faults } = await openAt(url)
    await query('ALTER TABLE caps.orders ADD CHECK (owed < 2)')
    await add(ledger)
    const fault = await add(ledger).catch((error: unknown) => error)
    expect(fault).to.equal(faults[0])
    expect(faults.map(({ message }) => message).join()).to.match(
      /violates check constraint.*Nothing is confirmed any more/,
    )
    let isSettled = false
    ledger.submit({ decide: () => {}, settled: () => (isSettled = true) })
    await ledger.close()
    expect([isSettled, faults.length]).to.deep.equal([false, 1])
  })

  it('[LG13] ends everything if it is never as the database has it', async () => {
    const { ledger, faults } = await openAt(url)
    await add(ledger)
    await enter(ledger)
    await query(`CREATE FUNCTION caps.never() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
      CREATE TRIGGER never BEFORE UPDATE ON caps.participants FOR EACH ROW EXECUTE FUNCTION caps.never()`)
    const fault = await commit(ledger, {
      participants: [MAIN],
      decide: (transaction) => transaction.putParticipant({ ...newParticipant(MAIN, 5), awaySinceMs: 5 }),
    }).catch((error: unknown) => error)
    expect([fault]).to.deep.equal(faults)
  })

  it('[PQ13] is decided again with more positions, when one piece of work has used up all that there were', async () => {
    const { ledger } = await openAt(url, { block: 10 })
    await enter(ledger)
    const append = (count: number) =>
      commit(ledger, {
        participants: [MAIN],
        decide: (transaction) =>
          Array.from({ length: count }, (_, index) => transaction.append(MAIN, entryOf(`order-${index}`))),
      })
    const positions = [...(await append(3)), ...(await append(45)), ...(await append(1))]
    expect(positions).to.deep.equal([...new Set(positions)].sort((one, other) => one - other))
    const entries = await ledger.reads.entries(MAIN, { after: 0, limit: 99 })
    expect(entries.map(({ position }) => position)).to.deep.equal(positions)
  })

  it('[PQ12] is one statement, however much it holds', async () => {
    const { ledger } = await openAt(url)
    await enter(ledger)
    const last = async () => Number((await query('SELECT last_group FROM caps.hubs'))[0]?.last_group)
    const before = await last()
    const records = Array.from({ length: 1000 }, (_, index) => waitingOrder(order(`order-${index}`)))
    const written: number[] = []
    ledger.onWrite({ began: () => {}, ended: (works) => written.push(works) })
    await Promise.all(records.map((record) => add(ledger, record)))
    expect(await last()).to.equal(before + 1)
    expect(written).to.deep.equal([1000])
  })
})

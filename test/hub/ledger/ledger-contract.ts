/**
 * One suite for every ledger: what intake, delivery, sessions and upkeep rely on, whatever keeps the data. What only a crash or a broken disk shows is tested with the ledger that it
 * concerns.
 */
import { expect } from 'chai'
import type { RevocationLedger, RevocationTransaction } from '../../../hub/access/ports.ts'
import type { PauseTransaction } from '../../../hub/delivery/kept-pauses.ts'
import type { DeliveryLedger, DeliveryTransaction } from '../../../hub/delivery/ports.ts'
import { assign, leaseTo } from '../../../hub/domain/dispatch.ts'
import type { DeadLetter, Entry, Retry } from '../../../hub/domain/entry.ts'
import type { Note } from '../../../hub/domain/note.ts'
import { accept } from '../../../hub/domain/order.ts'
import { keyOf, type OrderRecord } from '../../../hub/domain/order-record.ts'
import { closeQueue, newParticipant, type ParticipantRecord } from '../../../hub/domain/participant.ts'
import type { Committed, Work } from '../../../hub/domain/work.ts'
import type { IntakeTransaction } from '../../../hub/intake/ports.ts'
import type { SessionTransaction } from '../../../hub/sessions/ports.ts'
import type { UpkeepLedger, UpkeepTransaction } from '../../../hub/upkeep/ports.ts'
import type { CountDelivered } from '../../../hub/watch/delivered-today.ts'
import type { ListsLedger, OrderPage } from '../../../hub/watch/ports.ts'
import type { Clock } from '../../../shared/clock.ts'
import type { Fault } from '../../../shared/fault.ts'
import { driverId, FLEET, orderKey, type ParticipantId, vendorId } from '../../../shared/ids.ts'
import type { Order } from '../../../shared/messages.ts'
import { commitNow, type TestWork, turning } from '../../support/ledger.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'
import { order, progress, stamp, waitingOrder } from '../../support/orders.ts'

export type ContractTransaction = IntakeTransaction &
  DeliveryTransaction &
  SessionTransaction &
  UpkeepTransaction &
  RevocationTransaction &
  PauseTransaction

export interface ContractLedger
  extends Omit<
    DeliveryLedger & UpkeepLedger & RevocationLedger<ContractTransaction> & Omit<ListsLedger, 'lastPosition'>,
    'submit'
  > {
  submit(work: Work<ContractTransaction>): void
  notes(kind: Note['kind'], after: string, limit: number): Promise<readonly Note[]>
  readonly countDelivered: CountDelivered
  onFault(listener: (fault: Fault) => void): () => void
  close(): Promise<void>
}

/** Where a ledger keeps its data. `open` finds what the ledger before it left; that one must be closed. */
export interface LedgerHome {
  open(clock: Clock): Promise<ContractLedger>
}

const MAIN = vendorId('acme', 'main')
const TILL = vendorId('acme', 'main-2')
const BOB = driverId('bob')
const NOW = Date.UTC(2026, 0, 1)

export const entryOf = (orderId: string): Omit<Entry, 'position'> => ({
  id: `event of ${orderId}`,
  event: 'delivered',
  time: new Date(NOW).toISOString(),
  payload: { ...order(orderId), driver: 'bob' },
})

const failure = { time: new Date(NOW).toISOString(), reason: 'no' }
const asRetry = (entry: Entry): Retry => ({ ...entry, failures: [failure], dueMs: NOW + 1000 })
const asLetter = (entry: Entry): DeadLetter => ({ ...entry, failures: [failure, failure], deadMs: NOW })

const named = (count: number): string[] => Array.from({ length: count }, (_, index) => `order-${index + 1}`)

/** @param createHome an empty home for one test */
export const describeLedger = (name: string, createHome: () => LedgerHome): void => {
  describe(`ledger contract: ${name}`, () => {
    let home: LedgerHome
    let clock: ManualClock
    let ledger: ContractLedger

    beforeEach(async () => {
      home = createHome()
      clock = createManualClock(NOW)
      ledger = await home.open(clock)
    })

    afterEach(() => turning(clock, ledger.close()))

    const reopen = async (): Promise<void> => {
      await turning(clock, ledger.close())
      ledger = await home.open(clock)
    }
    const commit = <R>(work: TestWork<R, ContractTransaction>): Promise<R> =>
      commitNow({ ledger, clock }, work)

    const put = (...records: readonly OrderRecord[]): Promise<void> =>
      commit({
        orders: records.map(keyOf),
        decide: (transaction) => {
          for (const record of records) transaction.putOrder(record)
        },
      })
    const stored = (record: OrderRecord): Promise<OrderRecord | undefined> =>
      commit({ orders: [keyOf(record)], decide: (transaction) => transaction.order(keyOf(record)) })
    const enter = (id: ParticipantId, record?: ParticipantRecord): Promise<ParticipantRecord> =>
      commit({
        participants: [id],
        stores: ['acme'],
        decide: (transaction) => {
          const entering = record ?? newParticipant(id, transaction.lastPosition)
          transaction.putParticipant(entering)
          return entering
        },
      })
    const participant = (id: ParticipantId): Promise<ParticipantRecord | undefined> =>
      commit({ participants: [id], decide: (transaction) => transaction.participant(id) })
    const append = (id: ParticipantId, ...orderIds: readonly string[]): Promise<Entry[]> =>
      commit({
        participants: [id],
        decide: (transaction) =>
          orderIds.map((orderId) => {
            const entry = entryOf(orderId)
            return { position: transaction.append(id, entry), ...entry }
          }),
      })
    const all = (id: ParticipantId) => ledger.entries(id, { after: 0, limit: 1000 })
    const revoke = (revokedMs: number, ...ids: readonly ParticipantId[]): Promise<void> =>
      commit({
        decide: (transaction) => {
          for (const id of ids) transaction.putRevocation({ participant: id, revokedMs })
        },
      })
    const noting = (decide: (transaction: ContractTransaction) => void): Promise<void> => commit({ decide })
    const rosterOf = (store: string): Promise<readonly ParticipantId[]> =>
      commit({ stores: [store], decide: (transaction) => transaction.rosterOf(store) })

    describe('work', () => {
      it('[LG1] is decided in the order in which it was submitted, each on what the one before wrote', async () => {
        const record = waitingOrder()
        const seen: number[] = []
        const add = () =>
          ledger.submit({
            orders: [keyOf(record)],
            decide: (transaction) => {
              const now = transaction.order(keyOf(record)) ?? { ...record, owed: 0 }
              seen.push(now.owed)
              transaction.putOrder({ ...now, owed: now.owed + 1 })
            },
            settled: () => {},
          })
        for (const _ of named(5)) add()
        expect((await stored(record))?.owed).to.equal(5)
        expect(seen).to.deep.equal([0, 1, 2, 3, 4])
      })

      it('[LG1] is decided on the newest rows also when it is submitted while other work is under way', async () => {
        const record = waitingOrder()
        const seen: string[] = []
        await turning(
          clock,
          new Promise<void>((resolve) => {
            const read = (settled: () => void) =>
              ledger.submit({
                orders: [keyOf(record)],
                decide: (transaction) =>
                  void seen.push(transaction.order(keyOf(record))?.order.customer ?? 'nobody'),
                settled,
              })
            const write = (customer: string, settled: () => void) =>
              ledger.submit({
                orders: [keyOf(record)],
                decide: (transaction) =>
                  transaction.putOrder({ ...record, order: { ...record.order, customer } }),
                settled,
              })
            read(() => {
              write('Ada', () => {
                write('Grace', () => {})
                read(resolve)
              })
              read(() => {})
            })
          }),
        )
        expect(seen).to.deep.equal(['nobody', 'Ada', 'Grace'])
      })

      it('[LG1] finds nothing where nothing was written, and what was removed no more', async () => {
        expect(await stored(waitingOrder())).to.equal(undefined)
        await put(waitingOrder())
        await commit({
          orders: [keyOf(waitingOrder())],
          decide: (transaction) => transaction.removeOrder(waitingOrder()),
        })
        expect(await stored(waitingOrder())).to.equal(undefined)
        await reopen()
        expect(await stored(waitingOrder())).to.equal(undefined)
      })

      it('[LG1] sees the participants of the stores that it names, those of the same group too', async () => {
        await enter(TILL)
        await reopen()
        ledger.submit({
          participants: [MAIN],
          stores: ['acme'],
          decide: (transaction) => transaction.putParticipant(newParticipant(MAIN, 0)),
          settled: () => {},
        })
        const seen = await commit({
          stores: ['acme'],
          decide: (transaction) => transaction.rosterOf('acme').map((id) => transaction.participant(id)?.id),
        })
        expect(seen).to.have.members([MAIN, TILL])
      })

      it('[LG2] is settled in its order, when what it wrote can be read by the next process', async () => {
        const settled: number[] = []
        for (const number of [1, 2, 3])
          ledger.submit({ decide: () => {}, settled: () => void settled.push(number) })
        const record = waitingOrder(order('order-1', { details: { note: 'ä"\n\u2028' } }))
        await enter(MAIN)
        const [first, second, third] = await append(MAIN, 'order-1', 'order-2', 'order-3')
        await commit({
          orders: [keyOf(record)],
          participants: [MAIN],
          decide: (transaction) => {
            transaction.putOrder(record)
            transaction.take('queue', MAIN, second!.position)
            transaction.addRetry(MAIN, asRetry(second!))
            transaction.take('queue', MAIN, third!.position)
            transaction.addDeadLetter(MAIN, asLetter(third!))
          },
        })
        expect(settled).to.deep.equal([1, 2, 3])
        await reopen()
        expect(await stored(record)).to.deep.equal(record)
        expect(await all(MAIN)).to.deep.equal([first])
        expect(await ledger.retries(MAIN, { after: 0, limit: 9 })).to.deep.equal([asRetry(second!)])
        expect(await ledger.deadLettersOf(MAIN, { after: 0, limit: 9 })).to.deep.equal([asLetter(third!)])
        expect(await participant(MAIN)).to.include({ queued: 1, retrying: 1, dead: 1 })
      })

      it('[LG2] sees one time, that of its decision', async () => {
        const times: number[] = []
        ledger.submit({ decide: ({ nowMs }) => void times.push(nowMs), settled: () => {} })
        clock.advance(5)
        await commit({ decide: ({ nowMs }) => void times.push(nowMs) })
        expect(times).to.deep.equal([NOW, NOW + 5])
      })

      it('[LG4] is settled after the work whose rows it has read', async () => {
        const told: string[] = []
        const record = waitingOrder()
        const submit = (what: string, decide: (transaction: ContractTransaction) => void) =>
          ledger.submit({ orders: [keyOf(record)], decide, settled: () => void told.push(what) })
        submit('written', (transaction) => transaction.putOrder(record))
        submit('read', (transaction) => void transaction.order(keyOf(record)))
        await commit({ decide: () => {} })
        expect(told).to.deep.equal(['written', 'read'])
      })

      it('[LG2] is all settled when the ledger is closed, which it may be twice', async () => {
        const settled: string[] = []
        ledger.submit({ decide: () => {}, settled: () => void settled.push('it') })
        await turning(clock, Promise.all([ledger.close(), ledger.close()]))
        expect(settled).to.deep.equal(['it'])
        ledger = await home.open(clock)
      })
    })

    describe('announcements', () => {
      it('[LG5] tell once what was appended, in queue order, after its work was settled', async () => {
        const told: unknown[] = []
        ledger.onCommitted(({ appended }) => {
          for (const [id, entries] of appended) told.push([id, entries.map(({ payload }) => payload.orderId)])
        })
        await enter(MAIN)
        await enter(TILL)
        const submit = (orderId: string) =>
          ledger.submit({
            participants: [MAIN, TILL],
            decide: (transaction) => {
              transaction.append(MAIN, entryOf(orderId))
              transaction.append(TILL, entryOf(orderId))
            },
            settled: () => void told.push(`settled ${orderId}`),
          })
        submit('order-1')
        submit('order-2')
        await commit({ decide: () => {} })
        const both = ['order-1', 'order-2']
        expect(told).to.deep.equal(['settled order-1', 'settled order-2', [MAIN, both], [TILL, both]])
      })

      it('[LG5] carry the entries as they can be read from then on, and the orders as they are now', async () => {
        await enter(MAIN)
        const told: Committed[] = []
        const read: Promise<readonly Entry[]>[] = []
        ledger.onCommitted((committed) => {
          told.push(committed)
          read.push(all(MAIN))
        })
        const record = waitingOrder()
        await commit({
          orders: [keyOf(record)],
          participants: [MAIN],
          decide: (transaction) => {
            transaction.append(MAIN, entryOf('order-1'))
            transaction.putOrder(record)
            transaction.putOrder({ ...record, owed: 2 })
          },
        })
        expect(told[0]?.appended.get(MAIN)).to.deep.equal(await read[0])
        expect(told[0]?.orders).to.deep.equal([{ ...record, owed: 2 }])
      })

      it('[LG5] leave out who asked not to be told any more', async () => {
        const told: Committed[] = []
        const forget = ledger.onCommitted((committed) => void told.push(committed))
        await commit({ decide: () => {} })
        forget()
        await commit({ decide: () => {} })
        expect(told).to.have.length(1)
      })
    })

    describe('queues', () => {
      beforeEach(async () => {
        for (const id of [MAIN, TILL, FLEET]) await enter(id)
      })

      it('[LG6] get ascending positions, one to an entry, whichever queue it is for', async () => {
        const positions: number[] = []
        for (const id of [MAIN, FLEET, TILL, MAIN])
          positions.push(...(await append(id, ...named(3))).map(({ position }) => position))
        expect(positions).to.deep.equal([...new Set(positions)].sort((one, other) => one - other))
      })

      it('[LG6] go on behind all positions after a restart, which the last position is never behind', async () => {
        const lastPosition = () => commit({ decide: (transaction) => transaction.lastPosition })
        let greatest = 0
        for (const _ of [1, 2, 3]) {
          const [entry] = await append(MAIN, 'order-1')
          expect(entry!.position).to.be.greaterThan(greatest)
          greatest = entry!.position
          expect(await lastPosition()).to.equal(greatest)
          await reopen()
          expect(await lastPosition()).to.be.at.least(greatest)
        }
      })

      it('[LG7] are read in order, page by page, from any position on', async () => {
        const entries = await append(MAIN, ...named(7))
        const pages: Entry[][] = []
        for (let after = 0; ; after = pages.at(-1)!.at(-1)!.position) {
          const page = await ledger.entries(MAIN, { after, limit: 3 })
          if (page.length === 0) break
          pages.push([...page])
        }
        expect(pages.map(({ length }) => length)).to.deep.equal([3, 3, 1])
        expect(pages.flat()).to.deep.equal(entries)
      })

      it('[LG7] never give back what was taken out', async () => {
        const entries = await append(MAIN, ...named(4))
        const take = (one: Entry) =>
          commit({
            participants: [MAIN],
            decide: (transaction) => transaction.take('queue', MAIN, one.position),
          })
        await take(entries[0]!)
        await take(entries[2]!)
        expect(await all(MAIN)).to.deep.equal([entries[1], entries[3]])
        await reopen()
        expect(await all(MAIN)).to.deep.equal([entries[1], entries[3]])
      })

      it('[LG7] never show what was appended and taken in one go', async () => {
        await commit({
          participants: [MAIN],
          decide: (transaction) =>
            transaction.take('queue', MAIN, transaction.append(MAIN, entryOf('order-1'))),
        })
        expect(await all(MAIN)).to.deep.equal([])
        expect(await participant(MAIN)).to.include({ queued: 0 })
      })

      it('[LG7] hold what belongs to their own participant only, however alike the names', async () => {
        const alike = ['main', 'main-2', 'main0', 'main.', 'mai', 'MAIN'].map((id) => vendorId('acme', id))
        for (const id of alike) {
          await enter(id)
          await append(id, 'order-1')
        }
        for (const id of alike) expect(await all(id)).to.have.length(1)
        await reopen()
        for (const id of alike) expect(await all(id)).to.have.length(1)
      })

      it('[LG7] show what is closed up to a position, place by place', async () => {
        const [first, second, third] = await append(MAIN, ...named(3))
        await commit({
          participants: [MAIN],
          decide: (transaction) => {
            transaction.take('queue', MAIN, second!.position)
            transaction.addRetry(MAIN, asRetry(second!))
          },
        })
        const closed = (place: 'queue' | 'retry' | 'dead', upTo: number) =>
          ledger.closedEntries(place, MAIN, { after: 0, upTo, limit: 9 })
        expect(await closed('queue', second!.position)).to.deep.equal([first])
        expect(await closed('queue', third!.position)).to.deep.equal([first, third])
        expect(await closed('retry', second!.position)).to.deep.equal([asRetry(second!)])
        expect(await closed('retry', first!.position)).to.deep.equal([])
        expect(await closed('dead', third!.position)).to.deep.equal([])
      })

      it('[LG19] show what has replaced an entry where it lies, and count it once', async () => {
        const [first, second] = await append(MAIN, ...named(2))
        const other = { ...first!, payload: { ...first!.payload, customer: 'somebody else' } }
        for (const reopened of [false, true]) {
          if (reopened) await reopen()
          const before = reopened ? other : first!
          await commit({
            decide: (transaction) => transaction.replace('queue', MAIN, { before, after: other }),
          })
          expect(await all(MAIN)).to.deep.equal([other, second])
          expect(await participant(MAIN)).to.include({ queued: 2 })
        }
      })

      it('[LG19] never show again an entry that was replaced, and taken out then', async () => {
        const [entry] = await append(MAIN, 'order-1')
        await reopen()
        const other = { ...entry!, payload: { ...entry!.payload, customer: 'somebody else' } }
        const replacement = { before: entry!, after: other }
        await commit({ decide: (transaction) => transaction.replace('queue', MAIN, replacement) })
        await commit({
          participants: [MAIN],
          decide: (transaction) => transaction.take('queue', MAIN, other.position),
        })
        expect(await all(MAIN)).to.deep.equal([])
        await reopen()
        expect(await all(MAIN)).to.deep.equal([])
      })

      it('[LG8] are counted, each place by itself', async () => {
        const entries = await append(MAIN, ...named(5))
        await commit({
          participants: [MAIN],
          decide: (transaction) => {
            for (const entry of entries.slice(1)) transaction.take('queue', MAIN, entry.position)
            for (const entry of entries.slice(2, 4)) transaction.addRetry(MAIN, asRetry(entry))
            transaction.addDeadLetter(MAIN, asLetter(entries[4]!))
          },
        })
        expect(await participant(MAIN)).to.include({ queued: 1, retrying: 2, dead: 1 })
        expect(await participant(TILL)).to.include({ queued: 0, retrying: 0, dead: 0 })
        await commit({
          participants: [MAIN],
          decide: (transaction) => {
            transaction.take('retry', MAIN, entries[2]!.position)
            transaction.take('dead', MAIN, entries[4]!.position)
          },
        })
        expect(await participant(MAIN)).to.include({ queued: 1, retrying: 1, dead: 0 })
      })

      it('[LG8] count what still changes in a closed queue as its own', async () => {
        const [first, second, third] = await append(MAIN, ...named(3))
        await commit({
          participants: [MAIN],
          stores: ['acme'],
          decide: (transaction) => {
            const upTo = transaction.lastPosition
            const closed = closeQueue(transaction.participant(MAIN)!, { reason: 'left', upTo, nowMs: NOW })
            transaction.putParticipant(closed)
          },
        })
        await commit({
          participants: [MAIN],
          decide: (transaction) => {
            transaction.take('queue', MAIN, first!.position)
            transaction.take('queue', MAIN, second!.position)
            transaction.addRetry(MAIN, asRetry(second!))
          },
        })
        const left = await participant(MAIN)
        expect(left).to.include({ queued: 0, retrying: 0, dead: 0 })
        expect(left?.closed?.entries).to.equal(2)
        await enter(MAIN, { ...newParticipant(MAIN, third!.position), closed: left!.closed })
        await append(MAIN, 'order-4')
        await commit({
          participants: [MAIN],
          decide: (transaction) => transaction.take('queue', MAIN, third!.position),
        })
        const back = await participant(MAIN)
        expect([back?.queued, back?.closed?.entries]).to.deep.equal([1, 1])
      })
    })

    describe('indexes', () => {
      const waiting = waitingOrder(order('waiting'))
      const leased = leaseTo(waitingOrder(order('leased')), 'bob', NOW)
      const assigned = assign(leaseTo(waitingOrder(order('assigned')), 'bob', NOW), NOW)
      const carried = accept(assigned, progress('in-transit', 'bob', { orderId: 'assigned' }), stamp('id'))
      const delivered = (endedMs: number, record = carried): OrderRecord => ({
        ...record,
        state: 'delivered',
        endedMs,
      })
      const endedBefore = (timeMs: number, limit = 9) => ledger.ordersEndedBefore(timeMs, limit)

      it('[LG9] find what drivers hold: leased, assigned and in transit', async () => {
        await put(waiting, leased, assigned)
        expect(await ledger.heldOrders()).to.have.members([keyOf(leased), keyOf(assigned)])
        await put(carried)
        await reopen()
        expect(await ledger.heldOrders()).to.have.members([keyOf(leased), keyOf(assigned)])
      })

      it('[LG9] do not find what has come back, has ended or was removed', async () => {
        await put(leased, assigned)
        await reopen()
        await put({ ...leased, dispatch: { ...leased.dispatch, lease: null } }, delivered(NOW))
        expect(await ledger.heldOrders()).to.deep.equal([])
        await reopen()
        expect(await ledger.heldOrders()).to.deep.equal([])
        const again = leaseTo(waitingOrder(order('leased')), 'eve', NOW)
        await put(again)
        expect(await ledger.heldOrders()).to.deep.equal([keyOf(leased)])
        await commit({ orders: [keyOf(again)], decide: (transaction) => transaction.removeOrder(again) })
        expect(await ledger.heldOrders()).to.deep.equal([])
      })

      it('[LG9] find what ended before a time, longest ago first', async () => {
        const ended = [NOW + 20, NOW, NOW + 10].map((endedMs) =>
          delivered(endedMs, { ...carried, key: orderKey('acme', `ended-${endedMs}`) }),
        )
        await put(waiting, carried, ...ended)
        expect(await endedBefore(NOW)).to.deep.equal([])
        expect(await endedBefore(NOW + 1)).to.deep.equal([keyOf(ended[1]!)])
        expect(await endedBefore(NOW + 99)).to.deep.equal([1, 2, 0].map((index) => keyOf(ended[index]!)))
        expect(await endedBefore(NOW + 99, 2)).to.deep.equal([1, 2].map((index) => keyOf(ended[index]!)))
      })

      it('[WA6] count the delivered ones of those that ended in a time, page by page', async () => {
        const ended = [-1, 0, 5, 10, 15, 20].map((later) =>
          delivered(NOW + later, { ...carried, key: orderKey('acme', `ended-${later}`) }),
        )
        const dropped: OrderRecord = { ...waiting, endedMs: NOW + 7 }
        await put(dropped, ...ended)
        for (const isAgain of [false, true]) {
          if (isAgain) await reopen()
          const range = { fromMs: NOW, toMs: NOW + 20, limit: 3 }
          const first = await ledger.countDelivered({ ...range, after: null })
          expect(first.count).to.equal(2)
          expect(await ledger.countDelivered({ ...range, after: first.next })).to.deep.equal({
            count: 2,
            next: null,
          })
        }
      })

      it('[LG9] follow an order whose end is dated anew, and forget one that is removed', async () => {
        await put(delivered(NOW))
        await put(delivered(NOW + 50))
        expect(await endedBefore(NOW + 50)).to.deep.equal([])
        expect(await endedBefore(NOW + 51)).to.deep.equal([keyOf(carried)])
        await commit({
          orders: [keyOf(carried)],
          decide: (transaction) => transaction.removeOrder(delivered(NOW + 50)),
        })
        expect(await endedBefore(NOW + 51)).to.deep.equal([])
      })
    })

    describe('lists', () => {
      const at = (orderId: string, timeMs: number, more: Partial<Order> = {}): OrderRecord => ({
        ...waitingOrder(order(orderId, more)),
        time: new Date(timeMs).toISOString(),
      })
      const everTimes = { from: new Date(0).toISOString(), to: new Date(NOW * 2).toISOString() }
      const newest = (limit: number, after: string | null = null) =>
        ledger.ordersByTime({ ...everTimes, after, limit })
      const pagesOf = async (read: (after: string | null) => Promise<OrderPage>): Promise<string[][]> => {
        const pages: string[][] = []
        let after: string | null = null
        do {
          const page: OrderPage = await read(after)
          pages.push([...page.orders])
          after = page.next
        } while (after !== null)
        return pages
      }
      const keysOf = (...records: readonly OrderRecord[]) => records.map(keyOf)

      it('[LG20] find orders by the time of their acceptance, newest first, page by page', async () => {
        const [old, middle, young] = [at('z', NOW), at('a', NOW + 10), at('m', NOW + 20)]
        await put(middle, young)
        await reopen()
        await put(old)
        expect(await newest(9)).to.deep.equal({ orders: keysOf(young, middle, old), next: null })
        expect(await pagesOf((after) => newest(2, after))).to.deep.equal([keysOf(young, middle), keysOf(old)])
      })

      it('[LG20] find orders from a time on and before another one', async () => {
        await put(at('old', NOW), at('middle', NOW + 10), at('young', NOW + 20))
        const from = new Date(NOW + 10).toISOString()
        const to = new Date(NOW + 20).toISOString()
        const { orders } = await ledger.ordersByTime({ from, to, after: null, limit: 9 })
        expect(orders).to.deep.equal([orderKey('acme', 'middle')])
      })

      it('[LG20] find an order once, whatever happens to it, and never again when it was removed', async () => {
        const record = at('order-1', NOW)
        await put(record, at('order-2', NOW))
        await put(leaseTo(record, 'bob', NOW))
        await reopen()
        await put({ ...record, owed: 7 })
        expect((await newest(9)).orders).to.have.members(keysOf(record, at('order-2', NOW)))
        await commit({ orders: [keyOf(record)], decide: (transaction) => transaction.removeOrder(record) })
        expect((await newest(9)).orders).to.deep.equal([orderKey('acme', 'order-2')])
        await put(at('order-1', NOW + 50))
        await reopen()
        expect((await newest(9)).orders).to.deep.equal(keysOf(record, at('order-2', NOW)))
      })

      it('[LG20] find orders of a store by the beginning of their ids, in the order of ids', async () => {
        await put(at('order-2', NOW), at('order-10', NOW), at('other', NOW))
        await reopen()
        await put(at('order-1', NOW), at('order-3', NOW, { store: 'globex' }))
        const named = (beginning: string) => (after: string | null) =>
          ledger.ordersNamed({ store: 'acme', beginning, after, limit: 2 })
        const expected = [['acme/order-1', 'acme/order-10'], ['acme/order-2']]
        expect(await pagesOf(named('order-'))).to.deep.equal(expected)
        expect(await pagesOf(named('order-2'))).to.deep.equal([['acme/order-2']])
        expect(await pagesOf(named('nothing'))).to.deep.equal([[]])
      })

      it('[LG20] find orders of all stores by the beginning of their ids, however alike the names of stores', async () => {
        const stores = ['acme', 'acme-2', 'acme0', 'a', 'zeta']
        for (const [index, store] of stores.entries()) {
          await put(at('order-1', NOW, { store }), at('x-2', NOW, { store }))
          if (index === 2) await reopen()
        }
        const named = (beginning: string, limit: number) => (after: string | null) =>
          ledger.ordersNamed({ store: null, beginning, after, limit })
        const found = await pagesOf(named('order', 2))
        const expected = stores.map((store) => `${store}/order-1`).sort()
        expect(found.flat()).to.deep.equal(expected)
        expect((await pagesOf(named('', 3))).flat()).to.have.length(10)
        expect((await pagesOf(named('nothing', 3))).flat()).to.deep.equal([])
      })

      it('[LG20] find orders of more stores than are looked into at a time', async () => {
        const stores = Array.from({ length: 230 }, (_, index) => `store-${index}`)
        await put(...stores.map((store) => at(store === 'store-229' ? 'wanted' : 'other', NOW, { store })))
        await reopen()
        const read = (after: string | null) =>
          ledger.ordersNamed({ store: null, beginning: 'wanted', after, limit: 5 })
        expect((await pagesOf(read)).flat()).to.deep.equal(['store-229/wanted'])
      })

      it('[LG20] find what one driver holds, and what all do', async () => {
        const [one, other] = [leaseTo(at('one', NOW), 'bob', NOW), leaseTo(at('other', NOW), 'bob', NOW)]
        const third = leaseTo(at('third', NOW), 'bob-2', NOW)
        await put(one, third)
        await reopen()
        await put(other, at('waiting', NOW))
        const held = (driver: string | null, limit: number) =>
          pagesOf((after) => ledger.ordersHeldBy({ driver, after, limit }))
        expect(await held('bob', 1)).to.deep.equal([keysOf(one), keysOf(other), []])
        expect(await held('eve', 2)).to.deep.equal([[]])
        expect((await held(null, 2)).flat()).to.have.members(keysOf(one, other, third))
      })

      it('[LG20] give orders and participants as they are durable, and leave out what is not there', async () => {
        const [one, other] = [at('one', NOW), at('other', NOW)]
        await put(one)
        await reopen()
        await put(other)
        const [first, second] = await ledger.orderRecords([
          keyOf(other),
          orderKey('acme', 'nothing'),
          keyOf(one),
        ])
        expect([first, second]).to.deep.equal([other, one])
        expect(await ledger.participantRecord(MAIN)).to.equal(null)
        const main = await enter(MAIN)
        expect(await ledger.participantRecord(MAIN)).to.deep.equal(main)
        await reopen()
        expect(await ledger.participantRecord(MAIN)).to.deep.equal(main)
      })

      it('[LG20] find participants by the beginning of their names, the whole name too', async () => {
        for (const id of [MAIN, TILL, BOB, FLEET, driverId('bo'), driverId('eve')]) await enter(id)
        const named = async (beginning: string, after = '', limit = 9) =>
          (await ledger.participantsFrom({ beginning, after, limit })).map(({ id }) => id)
        expect(await named('driver/bo')).to.deep.equal([driverId('bo'), BOB])
        expect(await named('driver/bob')).to.deep.equal([BOB])
        expect(await named('fleet')).to.deep.equal([FLEET])
        expect(await named('', BOB, 2)).to.deep.equal([driverId('eve'), FLEET])
        expect(await named('vendor/acme/main', MAIN)).to.deep.equal([TILL])
        expect(await named('x')).to.deep.equal([])
      })

      it('[LG20] give what lies in one place of a participant', async () => {
        await enter(MAIN)
        const [first, second] = await append(MAIN, 'order-1', 'order-2')
        await commit({
          participants: [MAIN],
          decide: (transaction) => {
            transaction.take('queue', MAIN, first!.position)
            transaction.addRetry(MAIN, asRetry(first!))
          },
        })
        const lying = (place: 'queue' | 'retry') => ledger.entriesIn(place, MAIN, { after: 0, limit: 9 })
        expect(await lying('queue')).to.deep.equal([second])
        expect(await lying('retry')).to.deep.equal([asRetry(first!)])
      })
    })

    describe('participants', () => {
      it('[AC11] keeps revocations, one a participant, and gives them page by page in the order of participants', async () => {
        await revoke(NOW, MAIN, BOB, TILL)
        await revoke(NOW + 5, BOB)
        await reopen()
        const first = await ledger.revocations('', 2)
        expect(first).to.deep.equal([
          { participant: BOB, revokedMs: NOW + 5 },
          { participant: MAIN, revokedMs: NOW },
        ])
        expect(await ledger.revocations(MAIN, 2)).to.deep.equal([{ participant: TILL, revokedMs: NOW }])
      })

      it('[AC11] forgets a revocation that is removed, and no other', async () => {
        await revoke(NOW, MAIN, TILL)
        await commit({
          decide: (transaction) => {
            transaction.removeRevocation(MAIN)
            transaction.removeRevocation(BOB)
          },
        })
        expect(await ledger.revocations('', 10)).to.deep.equal([{ participant: TILL, revokedMs: NOW }])
        await reopen()
        expect(await ledger.revocations('', 10)).to.deep.equal([{ participant: TILL, revokedMs: NOW }])
      })

      it('[LG22] keeps notes by kind and name, the newest of a name, and gives them page by page in the order of names', async () => {
        const pauses = [BOB, MAIN, TILL].map(
          (name, number): Note => ({ kind: 'pause', name, value: { number } }),
        )
        const line: Note = { kind: 'audit', name: MAIN, value: 'done' }
        await noting((transaction) => {
          for (const note of [...pauses].reverse()) transaction.putNote({ ...note, value: 'older' })
        })
        await noting((transaction) => {
          for (const note of [...pauses, line]) transaction.putNote(note)
        })
        await reopen()
        expect(await ledger.notes('pause', '', 2)).to.deep.equal(pauses.slice(0, 2))
        expect(await ledger.notes('pause', MAIN, 2)).to.deep.equal(pauses.slice(2))
        expect(await ledger.notes('audit', '', 9)).to.deep.equal([line])
      })

      it('[LG22] forgets a note that is removed, and no other', async () => {
        const [gone, kept]: Note[] = [
          { kind: 'pause', name: MAIN, value: 1 },
          { kind: 'audit', name: MAIN, value: 2 },
        ]
        await noting((transaction) => {
          transaction.putNote(gone!)
          transaction.putNote(kept!)
        })
        await noting((transaction) => {
          transaction.removeNote(gone!)
          transaction.removeNote({ kind: 'pause', name: BOB })
        })
        for (const isAgain of [false, true]) {
          if (isAgain) await reopen()
          expect(await ledger.notes('pause', '', 9)).to.deep.equal([])
          expect(await ledger.notes('audit', '', 9)).to.deep.equal([kept])
        }
      })

      it('[LG14] are on the roster of their store while they have a queue', async () => {
        expect(await rosterOf('acme')).to.deep.equal([])
        await enter(MAIN)
        await enter(TILL)
        expect(await rosterOf('acme')).to.have.members([MAIN, TILL])
        await enter(MAIN, { ...newParticipant(MAIN, 0), isActive: false })
        expect(await rosterOf('acme')).to.deep.equal([TILL])
        await enter(MAIN)
        await commit({
          participants: [TILL],
          stores: ['acme'],
          decide: (transaction) => transaction.removeParticipant(TILL),
        })
        expect(await rosterOf('acme')).to.deep.equal([MAIN])
        await reopen()
        expect(await rosterOf('acme')).to.deep.equal([MAIN])
        expect(await participant(TILL)).to.equal(undefined)
      })

      it('[LG14] are on no roster if they are drivers or the fleet, nor on that of another store', async () => {
        const globex = vendorId('globex', 'main')
        await commit({
          participants: [BOB, FLEET, globex],
          stores: ['globex'],
          decide: (transaction) => {
            for (const id of [BOB, FLEET, globex]) transaction.putParticipant(newParticipant(id, 0))
          },
        })
        expect(await rosterOf('globex')).to.deep.equal([globex])
        expect(await rosterOf('acme')).to.deep.equal([])
      })

      it('[LG14] stay on it when work that does not name their store moves their floor', async () => {
        await enter(MAIN)
        await reopen()
        await commit({
          participants: [MAIN],
          decide: (transaction) =>
            transaction.putParticipant({ ...transaction.participant(MAIN)!, floor: 7 }),
        })
        expect(await rosterOf('acme')).to.deep.equal([MAIN])
        expect(await participant(MAIN)).to.include({ floor: 7 })
      })

      it('[LG14] are listed in the order of their ids, page by page', async () => {
        const ids = [MAIN, TILL, BOB, FLEET]
        for (const id of ids) await enter(id)
        const listed = async (after: string, limit: number) =>
          (await ledger.participants(after, limit)).map(({ id }) => id)
        expect(await listed('', 9)).to.deep.equal([BOB, FLEET, MAIN, TILL])
        expect(await listed('', 2)).to.deep.equal([BOB, FLEET])
        expect(await listed(FLEET, 9)).to.deep.equal([MAIN, TILL])
        expect(await listed('vendor/', 1)).to.deep.equal([MAIN])
        expect(await listed(TILL, 9)).to.deep.equal([])
      })
    })

    it('[LG1] keeps orders of the same id in different stores apart', async () => {
      const [one, other] = ['acme', 'globex'].map((store) => waitingOrder(order('order-1', { store })))
      await put(one!, other!)
      expect(await stored(one!)).to.deep.equal(one)
      await commit({
        orders: [orderKey('acme', 'order-1')],
        decide: (transaction) => transaction.removeOrder(one!),
      })
      expect(await stored(other!)).to.deep.equal(other)
    })
  })
}

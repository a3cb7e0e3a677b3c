import { expect } from 'chai'
import { assign, buryPickup, leaseTo } from '../../../../hub/domain/dispatch.ts'
import { accept } from '../../../../hub/domain/order.ts'
import { keyOf, type OrderRecord } from '../../../../hub/domain/order-record.ts'
import type { Order } from '../../../../shared/messages.ts'
import type { List, OrderFilter, OrderRow } from '../../../../shared/watch.ts'
import { order, progress, stamp, waitingOrder } from '../../../support/orders.ts'
import { ListsWorld, NOW } from './lists-world.ts'

/** Accepted so many milliseconds after the beginning. */
const at = (orderId: string, afterMs: number, more: Partial<Order> = {}): OrderRecord => ({
  ...waitingOrder(order(orderId, more)),
  time: new Date(NOW + afterMs).toISOString(),
})

const assigned = (record: OrderRecord, driver = 'bob'): OrderRecord =>
  assign(leaseTo(record, driver, NOW), NOW)
const ended = (record: OrderRecord, driver = 'bob'): OrderRecord => ({
  ...assigned(record, driver),
  state: 'delivered',
  endedMs: NOW,
})

const many = (
  count: number,
  form: (record: OrderRecord, index: number) => OrderRecord = (record) => record,
) => Array.from({ length: count }, (_, index) => form(at(`order-${index}`, index), index))

const idsIn = ({ rows }: Pick<List<OrderRow>, 'rows'>): string[] => rows.map(({ orderId }) => orderId)

describe('lists of orders', () => {
  let world: ListsWorld

  beforeEach(async () => {
    world = await ListsWorld.begin()
  })

  const listed = (filter: OrderFilter = {}, after: string | null = null) =>
    world.ask(({ orders }) => orders(filter, after))

  /** All pages of a list. */
  const pagesOf = async (filter: OrderFilter): Promise<List<OrderRow>[]> => {
    const pages: List<OrderRow>[] = []
    let after: string | null = null
    do {
      const page: List<OrderRow> = await listed(filter, after)
      pages.push(page)
      after = page.next
    } while (after !== null)
    return pages
  }

  const allOf = async (filter: OrderFilter): Promise<string[]> => (await pagesOf(filter)).flatMap(idsIn)

  it('[LS1] are fifty a page, newest first, each order once', async () => {
    await world.put(...many(120))
    const pages = await pagesOf({})
    expect(pages.map(({ rows }) => rows.length)).to.deep.equal([50, 50, 20])
    expect(pages.flatMap(idsIn)).to.deep.equal(
      many(120)
        .map(({ order: { orderId } }) => orderId)
        .reverse(),
    )
  })

  it('[LS1] end with a page that is full, if there are no more', async () => {
    await world.put(...many(50))
    expect((await pagesOf({})).map(({ rows }) => rows.length)).to.deep.equal([50])
    expect((await pagesOf({ state: 'waiting' })).map(({ rows }) => rows.length)).to.deep.equal([50])
  })

  it('[LS1] go on behind their page, whatever has come before it meanwhile', async () => {
    await world.put(...many(60))
    const { next } = await listed()
    await world.put(at('newer', 1000))
    expect(idsIn(await listed({}, next))).to.deep.equal(
      many(10)
        .map(({ order: { orderId } }) => orderId)
        .reverse(),
    )
  })

  it('[LS1] are of one store, of one state, of one driver, of a time, and of all of that at once', async () => {
    const [a, b, c] = [at('a', 0), assigned(at('b', 10)), ended(at('c', 20), 'eve')]
    const [d, e] = [at('d', 30, { store: 'globex' }), leaseTo(at('e', 40), 'bob', NOW)]
    await world.put(a, b, c, d, e)
    expect(await allOf({ store: 'acme' })).to.deep.equal(['e', 'c', 'b', 'a'])
    expect(await allOf({ state: 'waiting' })).to.deep.equal(['e', 'd', 'a'])
    expect(await allOf({ driver: 'bob' })).to.deep.equal(['e', 'b'])
    expect(await allOf({ driver: 'bob', state: 'assigned' })).to.deep.equal(['b'])
    expect(await allOf({ driver: 'eve', state: 'delivered' })).to.deep.equal(['c'])
    expect(await allOf({ fromMs: NOW + 10, toMs: NOW + 30 })).to.deep.equal(['c', 'b'])
    expect(await allOf({ store: 'acme', state: 'waiting', fromMs: NOW + 1 })).to.deep.equal(['e'])
    expect(await allOf({ store: 'acme', driver: 'bob', state: 'in-transit' })).to.deep.equal([])
  })

  it('[LS1] of one driver go on behind their page, in the order of ids, while it holds the orders', async () => {
    await world.put(...many(60, (record) => assigned(record)))
    const pages = await pagesOf({ driver: 'bob', state: 'assigned' })
    expect(pages.map(({ rows }) => rows.length)).to.deep.equal([50, 10])
    expect(new Set(pages.flatMap(idsIn)).size).to.equal(60)
  })

  it('[LS1] do not end at times beyond all orders', async () => {
    await world.put(at('a', 0))
    expect(await allOf({ fromMs: 0, toMs: 8_640_000_000_000_000 })).to.deep.equal(['a'])
    expect(await allOf({ fromMs: 8_640_000_000_000_000 })).to.deep.equal([])
  })

  it('[LS2] find orders by the beginning of their ids, in one store or in all', async () => {
    await world.put(at('o-1', 0), at('o-10', 1), at('o-2', 2), at('o-1', 3, { store: 'globex' }))
    const keysOf = async (filter: OrderFilter) =>
      (await pagesOf(filter)).flatMap(({ rows }) => rows.map(({ key }) => key))
    expect(await keysOf({ search: 'o-1' })).to.deep.equal(['acme/o-1', 'acme/o-10', 'globex/o-1'])
    expect(await keysOf({ search: 'acme/o-1' })).to.deep.equal(['acme/o-1', 'acme/o-10'])
    expect(await keysOf({ search: 'o-1', store: 'globex' })).to.deep.equal(['globex/o-1'])
    expect(await keysOf({ search: 'acme/' })).to.deep.equal(['acme/o-1', 'acme/o-10', 'acme/o-2'])
    expect(await keysOf({ search: 'acme/o', store: 'globex' })).to.deep.equal([])
    expect(await keysOf({ search: 'p' })).to.deep.equal([])
  })

  it('[LS2] search with the other filters as well', async () => {
    await world.put(at('o-1', 0), ended(at('o-2', 10)), ended(at('o-3', 20), 'eve'))
    expect(await allOf({ search: 'o-', state: 'delivered' })).to.deep.equal(['o-2', 'o-3'])
    expect(await allOf({ search: 'o-', driver: 'eve' })).to.deep.equal(['o-3'])
    expect(await allOf({ search: 'o-', fromMs: NOW + 10, toMs: NOW + 20 })).to.deep.equal(['o-2'])
  })

  it('[LS3] look at a bounded number of rows a call, say so, and come to the end all the same', async () => {
    await world.put(...many(2500, (record, index) => (index === 0 ? assigned(record) : record)))
    world.readRecords = 0
    const first = await listed({ state: 'assigned' })
    expect(first).to.deep.include({ rows: [], partial: true })
    expect(world.readRecords).to.be.within(900, 1100)
    const pages = await pagesOf({ state: 'assigned' })
    expect(pages.map(({ partial = false }) => partial)).to.deep.equal([true, true, false])
    expect(pages.flatMap(idsIn)).to.deep.equal(['order-0'])
  })

  it('[LS3] look at no rows of other stores, and at a bounded number of their keys', async () => {
    await world.put(at('wanted', -1, { store: 'small' }), ...many(21_000))
    world.readRecords = 0
    expect(await listed({ store: 'small' })).to.deep.include({ rows: [], partial: true })
    expect(world.readRecords).to.equal(0)
    expect(await allOf({ store: 'small' })).to.deep.equal(['wanted'])
  })

  it('[LS4] tell one order with its details and its history, and nothing of one that is not there', async () => {
    const details = { parcel: 'a lamp', from: { lat: 1, lng: 2 }, to: { lat: 3, lng: 4 } }
    const record = leaseTo(at('o-1', 0, { details }), 'bob', NOW + 5)
    await world.put(record)
    const view = await world.ask((lists) => lists.order('acme', 'o-1'))
    expect(view?.order).to.deep.equal({
      key: 'acme/o-1',
      store: 'acme',
      orderId: 'o-1',
      customer: 'Ada Lovelace',
      address: '12 St James Square, London',
      state: 'waiting',
      driver: null,
      acceptedMs: NOW,
      changedMs: NOW + 5,
      owed: 1,
      trouble: false,
      from: { lat: 1, lng: 2 },
      to: { lat: 3, lng: 4 },
      details,
    })
    expect(view?.history.map(({ what }) => what)).to.deep.equal(['pickup', 'leased'])
    expect(await world.ask((lists) => lists.order('acme', 'o-2'))).to.equal(null)
  })

  it('[LS13] give the map the open orders whose places are known, newest first, held ones however old', async () => {
    const places = { details: { from: { lat: 1, lng: 2 }, to: { lat: 3, lng: 4 } } }
    const old = leaseTo(at('old', 0, places), 'bob', NOW)
    const unheld = at('unheld', 1, places)
    const newer = many(2100, (record) => ({ ...record, time: new Date(NOW + 10_000).toISOString() }))
    await world.put(
      old,
      unheld,
      ...newer,
      at('new', 20_000, places),
      at('half', 20_001, { details: { from: { lat: 1, lng: 2 }, to: { lat: 91, lng: 4 } } }),
      ended(at('done', 20_002, places)),
      assigned(at('newest', 20_003, places)),
    )
    const open = await world.ask((lists) => lists.openOrders(500))
    expect(idsIn({ rows: open })).to.deep.equal(['newest', 'new', 'old'])
    const one = await world.ask((lists) => lists.openOrders(1))
    expect(idsIn({ rows: one })).to.deep.equal(['newest'])
  })

  it('[LS4] are in trouble when a pickup was given up or declined, or nothing happens although something is owed', async () => {
    const calm = at('calm', 0)
    const dead = buryPickup(at('dead', 0), NOW)
    const declined = {
      ...calm,
      key: keyOf(at('declined', 0)),
      dispatch: { ...calm.dispatch, failures: [{ time: calm.time, reason: 'no' }] },
    }
    const carried = accept(
      assigned(at('carried', 0)),
      progress('in-transit', 'bob', { orderId: 'carried' }),
      stamp('id', NOW),
    )
    const done = { ...ended(at('done', 0)), owed: 0 }
    await world.put(calm, dead, declined, { ...carried, owed: 1 }, done)
    const troubled = async () =>
      (await listed()).rows.filter(({ trouble }) => trouble).map(({ key }) => key.replace('acme/', ''))
    expect((await troubled()).sort()).to.deep.equal(['dead', 'declined'])
    world.clock.advance(60_001)
    expect((await troubled()).sort()).to.deep.equal(['calm', 'carried', 'dead', 'declined'])
  })
})

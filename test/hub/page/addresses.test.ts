import { expect } from 'chai'
import fc from 'fast-check'
import { VIEW_ADDRESSES } from '../../../hub/http/pages.ts'
import { paramsOf } from '../../../hub/http/paths.ts'
import { addressOf, lookOf, orderView, queueView, type View, viewOf } from '../../../hub/page/addresses.ts'

const parsed = (address: string): View => {
  const { pathname, search } = new URL(address, 'http://hub')
  return viewOf(pathname, search)
}

const id = fc.stringMatching(/^[A-Za-z0-9._~:-]{1,64}$/).filter((text) => !/^\.{1,2}$/.test(text))
const span = fc.constantFrom('minute' as const, 'hour' as const)
const after = fc.option(fc.string({ minLength: 1, maxLength: 20 }), { nil: null })
/** What the fields give: without spaces around it. */
const words = fc
  .string({ maxLength: 30 })
  .map((text) => text.trim())
  .filter((text) => text !== '')
const wholeSecond = fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1000)
const participant = fc.oneof(
  fc.constant('fleet'),
  id.map((name) => `driver/${name}`),
  fc.tuple(id, id).map(([store, till]) => `vendor/${store}/${till}`),
)

const anyView: fc.Arbitrary<View> = fc.oneof(
  fc.record({ name: fc.constant('now' as const), span }),
  fc.record({ name: fc.constant('system' as const), span }),
  fc.record({
    name: fc.constant('map' as const),
    picked: fc.option(
      fc.record({ kind: fc.constantFrom('driver' as const, 'store' as const, 'order' as const), id }),
      { nil: null },
    ),
  }),
  fc.record({
    name: fc.constant('orders' as const),
    filter: fc.record(
      {
        search: words,
        store: words,
        driver: words,
        state: fc.constantFrom('waiting' as const, 'assigned' as const, 'in-transit' as const),
        fromMs: wholeSecond,
        toMs: wholeSecond,
      },
      { requiredKeys: [] },
    ),
    after,
  }),
  fc.record({ name: fc.constant('order' as const), store: id, orderId: id }),
  fc.record({
    name: fc.constant('queues' as const),
    onlyTrouble: fc.boolean(),
    search: fc.oneof(fc.constant(''), words),
    after,
  }),
  fc.record({
    name: fc.constant('queue' as const),
    participant,
    place: fc.constantFrom('queue' as const, 'retry' as const, 'dead' as const),
    after,
  }),
  fc.record({
    name: fc.constant('dead-letters' as const),
    participant: fc.oneof(fc.constant(''), participant),
    after,
  }),
)

describe("the page's addresses", () => {
  it('[PA1] gives every view an address that gives the view again', () => {
    fc.assert(
      fc.property(anyView, (view) => {
        expect(parsed(addressOf(view))).to.deep.equal(view)
      }),
    )
  })

  it('[PA1] writes filters so that people can read them', () => {
    const filter = { store: 'flower-shop', state: 'waiting', fromMs: Date.UTC(2026, 10, 21, 9) } as const
    expect(addressOf({ name: 'orders', filter, after: null })).to.equal(
      '/orders?store=flower-shop&state=waiting&from=2026-11-21T09:00Z',
    )
    expect(addressOf(queueView('vendor/flower-shop/main', 'dead'))).to.equal(
      '/queues/vendor/flower-shop/main?place=dead',
    )
    const queues = { name: 'queues', onlyTrouble: true, search: '', after: null } as const
    expect(addressOf(queues)).to.equal('/queues?trouble=1')
  })

  it('[PA1] leaves out what no view understands, and knows addresses of no view', () => {
    const plain = { name: 'orders', filter: {}, after: null }
    expect(parsed('/orders?state=eaten&from=yesterday&search=%20')).to.deep.equal(plain)
    for (const address of [
      '/elsewhere',
      '/orders/flowers',
      '/orders/a/b/c',
      '/queues/vendor/x',
      '/queues/%E0',
      '/map/',
    ])
      expect(parsed(address), address).to.deep.equal({ name: 'unknown' })
  })

  it('[PA2] are addresses at which the hub gives the page', () => {
    fc.assert(
      fc.property(anyView, (view) => {
        const [path = ''] = addressOf(view).split('?')
        expect(
          VIEW_ADDRESSES.some((pattern) => paramsOf(pattern, path) !== null),
          path,
        ).to.equal(true)
      }),
    )
  })

  it('[PA3] ask the hub for what the view shows, and nothing else', () => {
    expect(lookOf(orderView('flowers/17'))).to.deep.equal({ view: 'order', store: 'flowers', orderId: '17' })
    expect(lookOf({ name: 'map', picked: { kind: 'driver', id: '7' } })).to.deep.equal({ view: 'map' })
    expect(lookOf({ name: 'queues', onlyTrouble: false, search: '', after: null })).to.deep.equal({
      view: 'queues',
    })
    expect(lookOf({ name: 'queues', onlyTrouble: true, search: 'driver/', after: 'x' })).to.deep.equal({
      view: 'queues',
      onlyTrouble: true,
      search: 'driver/',
      after: 'x',
    })
    expect(lookOf({ name: 'dead-letters', participant: 'driver/7', after: null })).to.deep.equal({
      view: 'dead-letters',
      participant: 'driver/7',
    })
    expect(lookOf({ name: 'unknown' })).to.equal(null)
  })
})

import { expect } from 'chai'
import { decoderOf, OrderSchema, type Position } from '../../shared/messages.ts'
import { TOWN, TOWN_RADIUS_KM } from '../../shared/town.ts'
import { orderIdOf, orderOf } from '../../vendor/orders.ts'
import { dueOrders, tickMs } from '../../vendor/pace.ts'

const SOURCE = { seed: '7', store: 'acme', till: 'main' }
const decode = decoderOf(OrderSchema)

describe('orders of a vendor', () => {
  it('[VN1] gives the same order for the same seed, store, till and number, whatever was made before', () => {
    const first = orderOf(SOURCE, 3)
    orderOf({ ...SOURCE, seed: '8' }, 900)
    expect(orderOf(SOURCE, 3)).to.deep.equal(first)
    expect(orderIdOf(SOURCE, 3)).to.equal(first.orderId)
  })

  it('[VN1] gives another id for another seed, store, till or number', () => {
    const ids = [
      orderIdOf(SOURCE, 0),
      orderIdOf(SOURCE, 1),
      orderIdOf({ ...SOURCE, seed: '70' }, 0),
      orderIdOf({ ...SOURCE, store: 'acmemain' }, 0),
      orderIdOf({ ...SOURCE, till: 'till-2' }, 0),
    ]
    expect(new Set(ids).size).to.equal(ids.length)
  })

  it('[VN1] makes orders that the hub takes', () => {
    for (let n = 0; n < 200; n += 1) expect(decode(orderOf(SOURCE, n))).to.have.property('ok', true)
  })
})

interface OrderPlaces {
  readonly from: Position
  readonly to: Position
}

describe('places of orders', () => {
  const placesOf = (store: string, seed = '7') =>
    Array.from(
      { length: 100 },
      (_, n) => orderOf({ ...SOURCE, store, seed }, n).details as unknown as OrderPlaces,
    )
  const kmFromCentre = ({ lat, lng }: Position): number =>
    111.2 * Math.hypot(lat - TOWN.lat, (lng - TOWN.lng) * Math.cos((TOWN.lat * Math.PI) / 180))

  it('[VN10] leads all orders of a store away from one place, whatever the seed, and each to one of its own', () => {
    const orders = [...placesOf('acme'), ...placesOf('acme', '8')]
    expect(new Set(orders.map(({ from }) => JSON.stringify(from))).size).to.equal(1)
    expect(new Set(orders.map(({ to }) => JSON.stringify(to))).size).to.be.above(190)
    expect(placesOf('other')[0]!.from).not.to.deep.equal(orders[0]!.from)
  })

  it('[VN10] keeps all of them in one town', () => {
    for (const { from, to } of ['acme', 'other', 'third'].flatMap((store) => placesOf(store)))
      expect([kmFromCentre(from), kmFromCentre(to)].every((km) => km < 1.1 * TOWN_RADIUS_KM)).to.equal(true)
  })
})

describe('pace of a vendor', () => {
  it('[VN2] has the first order due at once, and then as many a second as asked for', () => {
    expect([0, 99, 100, 1000].map((elapsedMs) => dueOrders(elapsedMs, 10))).to.deep.equal([1, 1, 2, 11])
    expect([0, 1999, 2000].map((elapsedMs) => dueOrders(elapsedMs, 0.5))).to.deep.equal([1, 1, 2])
  })

  it('[VN2] has nothing due at a rate of 0', () => {
    expect(dueOrders(100_000, 0)).to.equal(0)
  })

  it('[VN2] looks often enough for its rate, and no more often than a timer is worth', () => {
    expect([1000, 10, 0.1, 0].map(tickMs)).to.deep.equal([20, 100, 1000, 1000])
  })
})

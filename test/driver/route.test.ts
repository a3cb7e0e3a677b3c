import { expect } from 'chai'
import { nearestTo, placeOf, placesOf, positionAt, routeBetween } from '../../driver/route.ts'
import { decoderOf, PositionSchema } from '../../shared/messages.ts'
import { TOWN, TOWN_RADIUS_KM } from '../../shared/town.ts'
import { orderOf } from '../../vendor/orders.ts'

const decode = decoderOf(PositionSchema)

describe('places of an order', () => {
  it('[DR10] are those that its details tell', () => {
    const order = orderOf({ seed: '1', store: 'acme', till: 'main' }, 0)
    const { from, to } = order.details!
    expect(placesOf(order)).to.deep.equal({ store: from, door: to })
  })

  it('[DR10] are places of their own, the same every time, if it does not tell them', () => {
    const places = placesOf({ store: 'acme', orderId: 'a' })
    expect(placesOf({ store: 'acme', orderId: 'a' })).to.deep.equal(places)
    const other = placesOf({ store: 'acme', orderId: 'b' })
    expect(other.store).to.deep.equal(places.store)
    expect(other.door).not.to.deep.equal(places.door)
  })

  it('[DR10] are places of their own if the details tell nothing that is a place', () => {
    const places = placesOf({ store: 'acme', orderId: 'a' })
    for (const from of [
      null,
      'home',
      7,
      {},
      { lat: 91, lng: 0 },
      { lat: '1', lng: 2 },
      { lat: 1, lng: Number.NaN },
    ])
      expect(placesOf({ store: 'acme', orderId: 'a', details: { from, to: [] } })).to.deep.equal(places)
  })

  it('[DR6] are such as the hub takes', () => {
    for (let n = 0; n < 100; n += 1)
      expect(decode(placesOf({ store: `store-${n}`, orderId: `${n}` }).door)).to.have.property('ok', true)
  })
})

describe('route of a driver', () => {
  const [here, there] = [
    { lat: 10, lng: 20 },
    { lat: 10.02, lng: 19.98 },
  ]

  it('[DR6] is a straight line, from its beginning to its end and no further', () => {
    const route = { from: { lat: 10, lng: 20 }, to: { lat: 20, lng: 0 }, durationMs: 1000 }
    const at = [-5, 0, 500, 1000, 9000].map((elapsedMs) => positionAt(route, elapsedMs))
    expect(at).to.deep.equal([route.from, route.from, { lat: 15, lng: 10 }, route.to, route.to])
  })

  it('[DR6] is at its end at once if it takes no time', () => {
    expect(positionAt(routeBetween(here, there, 0), 0)).to.deep.equal(there)
    expect(routeBetween(here, here, 1000).durationMs).to.equal(0)
  })

  it('[DR11] takes longer the longer it is, up to a bound, and the travel time in the mean', () => {
    const timeTo = (lat: number) => routeBetween(here, { lat, lng: 20 }, 1000).durationMs
    expect(timeTo(10.02)).to.be.closeTo(2 * timeTo(10.01), 1)
    expect(timeTo(80)).to.equal(4000)
    const doors = Array.from({ length: 200 }, (_, n) =>
      placesOf(orderOf({ seed: '1', store: 'acme', till: 'main' }, n)),
    ).map(({ door }) => door)
    const times = doors.slice(1).map((door, n) => routeBetween(doors[n]!, door, 1000).durationMs)
    expect(times.reduce((sum, time) => sum + time, 0) / times.length).to.be.within(850, 1150)
  })

  it('[DR11] leads to the nearest place, and to none if there is none', () => {
    const [near, far] = [
      { lat: 10.01, lng: 20 },
      { lat: 10.2, lng: 20 },
    ]
    expect(nearestTo(here, [far, near])).to.equal(near)
    expect(nearestTo(here, [])).to.equal(null)
  })

  it('[DR11] begins somewhere in the town, at the same place every time', () => {
    const place = placeOf('driver/driver-1')
    expect(placeOf('driver/driver-1')).to.deep.equal(place)
    expect(Math.abs(place.lat - TOWN.lat)).to.be.below(TOWN_RADIUS_KM / 100)
  })
})

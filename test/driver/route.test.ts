import { expect } from 'chai'
import { positionAt, routeOf } from '../../driver/route.ts'
import { decoderOf, PositionSchema } from '../../shared/messages.ts'

const decode = decoderOf(PositionSchema)

describe('route of a driver', () => {
  it('[DR6] leads from the same store to the same door every time', () => {
    const route = routeOf('acme', 'a')
    expect(routeOf('acme', 'a')).to.deep.equal(route)
    expect(routeOf('acme', 'b').from).to.deep.equal(route.from)
    expect(routeOf('acme', 'b').to).not.to.deep.equal(route.to)
  })

  it('[DR6] is a straight line, from its beginning to its end and no further', () => {
    const route = { from: { lat: 10, lng: 20 }, to: { lat: 20, lng: 0 } }
    const at = [-5, 0, 500, 1000, 9000].map((elapsedMs) => positionAt(route, elapsedMs, 1000))
    expect(at).to.deep.equal([route.from, route.from, { lat: 15, lng: 10 }, route.to, route.to])
    expect(positionAt(route, 0, 0)).to.deep.equal(route.to)
  })

  it('[DR6] has only places that the hub takes', () => {
    for (let n = 0; n < 100; n += 1)
      expect(decode(positionAt(routeOf('acme', `order-${n}`), n, 100))).to.have.property('ok', true)
  })
})

import { expect } from 'chai'
import { recipientsOf } from '../../../hub/domain/routing.ts'
import { FLEET, vendorId } from '../../../shared/ids.ts'

const AUDIENCE = [vendorId('acme', 'main'), vendorId('acme', 'second')]

describe('routing', () => {
  it('[PM2] sends a pickup to the fleet and to nobody else', () => {
    expect(recipientsOf('pickup', AUDIENCE)).to.deep.equal([FLEET])
    expect(recipientsOf('pickup', [])).to.deep.equal([FLEET])
  })

  it("[PM2] sends in-transit and delivered to every participant of the order's store that has a queue", () => {
    for (const event of ['in-transit', 'delivered'] as const) {
      expect(recipientsOf(event, AUDIENCE)).to.deep.equal(AUDIENCE)
      expect(recipientsOf(event, [])).to.deep.equal([])
    }
  })
})

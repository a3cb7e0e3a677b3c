import { expect } from 'chai'
import { fleetNewsOf } from '../../../hub/delivery/fleet-news.ts'
import { leaseTo } from '../../../hub/domain/dispatch.ts'
import { changed, keyOf, type OrderRecord } from '../../../hub/domain/order-record.ts'
import { waitingOrder } from '../../support/orders.ts'

const waiting = waitingOrder()
const leased = leaseTo(waiting, 'bob', 1)
const key = keyOf(waiting)
const step = (before: OrderRecord | null, after: OrderRecord | null) => ({
  orderChanges: [{ key, before, after }],
})
const newsOf = (before: OrderRecord | null, after: OrderRecord | null, isTracked = false) =>
  fleetNewsOf(step(before, after), () => isTracked)

describe('news of the fleet', () => {
  it('[FL1] are no acknowledgements of tills, whatever is remembered of an order that nobody here follows', () => {
    expect(newsOf(leased, changed(leased, { owed: 0 }))).to.deep.equal([])
  })

  it('[FL1] are leases, new orders, and whatever happens to an order that is followed', () => {
    expect(newsOf(waiting, leased)).to.deep.equal([leased])
    expect(newsOf(null, leased)).to.deep.equal([leased])
    const settled = changed(leased, { owed: 0 })
    expect(newsOf(leased, settled, true)).to.deep.equal([settled])
    expect(newsOf(leased, null)).to.deep.equal([])
  })
})

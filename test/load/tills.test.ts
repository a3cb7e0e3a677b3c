import { expect } from 'chai'
import { order } from '../support/orders.ts'
import { orderIdOf } from './order-flow.ts'
import { Heard, tillsOf } from './tills.ts'

const event = (name: 'in-transit' | 'delivered', number: number) =>
  ({ event: name, payload: order(orderIdOf('flow', number)) }) as const

describe('what a till has heard', () => {
  const heard = (...events: ReturnType<typeof event>[]): [count: number, faults: number] => {
    const till = new Heard(3)
    for (const one of events) till.hear(one)
    return [till.count, till.faults]
  }

  it('has no fault when every order comes in transit and then delivered, once', () => {
    expect(
      heard(event('in-transit', 0), event('in-transit', 2), event('delivered', 2), event('delivered', 0)),
    ).to.deep.equal([4, 0])
  })

  it('has a fault for what comes twice', () => {
    expect(heard(event('in-transit', 0), event('in-transit', 0))).to.deep.equal([2, 1])
    expect(heard(event('in-transit', 0), event('delivered', 0), event('delivered', 0))).to.deep.equal([3, 1])
  })

  it('has a fault for what comes out of order', () => {
    expect(heard(event('delivered', 1), event('in-transit', 1))).to.deep.equal([2, 1])
  })

  it('has a fault for an order that nobody made', () => {
    expect(heard(event('in-transit', 3))).to.deep.equal([1, 1])
  })
})

describe('tills of stores', () => {
  it('have the names that each store needs', () => {
    expect(tillsOf(['a', 'b'], 2)).to.deep.equal([
      { store: 'a', id: 'till-1' },
      { store: 'a', id: 'till-2' },
      { store: 'b', id: 'till-1' },
      { store: 'b', id: 'till-2' },
    ])
  })
})

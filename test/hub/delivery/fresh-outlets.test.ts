import { expect } from 'chai'
import sinon from 'sinon'
import { FreshOutlets } from '../../../hub/delivery/fresh-outlets.ts'
import type { Handover } from '../../../hub/delivery/ports.ts'
import { type ParticipantId, vendorId } from '../../../shared/ids.ts'
import { entryOf } from '../ledger/ledger-contract.ts'

const MAIN = vendorId('acme', 'main')
const HANDOVERS: readonly Handover[] = [
  { entry: { position: 1, ...entryOf('order-1') }, token: '1', attempt: 1 },
]

const begin = () => {
  let told = () => {}
  const hubs = {
    isFresh: true,
    served: new Set<ParticipantId>([MAIN]),
    owns: (participant: ParticipantId) => hubs.served.has(participant),
    onFresh: (listener: () => void) => {
      told = listener
      return () => {}
    },
  }
  const hand = sinon.stub()
  const outlet = new FreshOutlets(hubs).of(MAIN, { hand })
  return { hubs, hand, outlet, fresh: () => told() }
}

describe('what a hub hands over', () => {
  it('[PQ18] leaves at once while the hub knows that it is alive to the others', () => {
    const { hand, outlet } = begin()
    outlet.hand(HANDOVERS)
    expect(hand.args).to.deep.equal([[HANDOVERS]])
  })

  it('[PQ18] waits while it does not, and leaves in its order when it does', () => {
    const { hubs, hand, outlet, fresh } = begin()
    hubs.isFresh = false
    outlet.hand(HANDOVERS)
    fresh()
    expect(hand.called).to.equal(false)
    hubs.isFresh = true
    outlet.hand([])
    fresh()
    expect(hand.args).to.deep.equal([[HANDOVERS], [[]]])
  })

  it('[PQ18] never leaves for a participant that another hub serves by then', () => {
    const { hubs, hand, outlet, fresh } = begin()
    hubs.isFresh = false
    outlet.hand(HANDOVERS)
    hubs.served.clear()
    hubs.isFresh = true
    fresh()
    expect(hand.called).to.equal(false)
  })
})

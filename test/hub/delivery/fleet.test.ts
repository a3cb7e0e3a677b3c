import { expect } from 'chai'
import { Fleet } from '../../../hub/delivery/fleet.ts'
import { orderKey } from '../../../shared/ids.ts'

const key = (orderId: string) => orderKey('acme', orderId)

describe('fleet', () => {
  let fleet: Fleet

  beforeEach(() => {
    fleet = new Fleet()
  })

  it('[FL1] asks the driver longest without an offer', () => {
    for (const name of ['ann', 'bob', 'cid']) fleet.connect(name, 9)
    const asked = ['A', 'B', 'C', 'D'].map((orderId) => {
      const name = fleet.candidate([], false)!
      fleet.offer(name, key(orderId))
      return name
    })
    expect(asked).to.deep.equal(['ann', 'bob', 'cid', 'ann'])
  })

  it('[FL1] keeps the turn of a driver while it has no room', () => {
    for (const name of ['ann', 'bob', 'cid']) fleet.connect(name, 1)
    for (const [name, orderId] of [
      ['ann', 'A'],
      ['bob', 'B'],
    ] as const)
      fleet.offer(name, key(orderId))
    fleet.letGo('bob', key('B'))
    fleet.letGo('ann', key('A'))
    expect(fleet.candidate(['cid'], false)).to.equal('ann')
  })

  it('[FL1] asks nobody who is not connected', () => {
    fleet.hold('ann', key('A'))
    expect([fleet.hasFree, fleet.candidate([], false), fleet.absentHolders()]).to.deep.equal([
      false,
      null,
      ['ann'],
    ])
    fleet.connect('ann', 2)
    expect([fleet.candidate([], false), fleet.isConnected('ann'), fleet.absentHolders()]).to.deep.equal([
      'ann',
      true,
      [],
    ])
    fleet.disconnect('ann')
    expect([fleet.hasFree, fleet.isConnected('ann')]).to.deep.equal([false, false])
  })

  it('[FL2] asks a driver up to its capacity, whatever it holds the orders by', () => {
    fleet.connect('ann', 2)
    fleet.hold('ann', key('A'))
    fleet.hold('ann', key('A'))
    expect(fleet.candidate([], false)).to.equal('ann')
    fleet.offer('ann', key('B'))
    expect([fleet.hasFree, fleet.candidate([], true)]).to.deep.equal([false, null])
    fleet.letGo('ann', key('B'))
    expect(fleet.candidate([], false)).to.equal('ann')
  })

  it('[FL2] asks nothing more of a driver that comes back with less capacity than it holds', () => {
    fleet.connect('ann', 3)
    for (const orderId of ['A', 'B']) fleet.offer('ann', key(orderId))
    fleet.disconnect('ann')
    fleet.connect('ann', 1)
    fleet.letGo('ann', key('A'))
    expect(fleet.hasFree).to.equal(false)
    fleet.letGo('ann', key('B'))
    expect(fleet.hasFree).to.equal(true)
  })

  it('[FL4] asks those that declined only when they may be asked again and nobody else has room, the one that declined first', () => {
    for (const name of ['ann', 'bob', 'cid']) fleet.connect(name, 1)
    expect(fleet.candidate(['ann', 'bob'], true)).to.equal('cid')
    fleet.offer('cid', key('A'))
    expect(fleet.candidate(['bob', 'ann'], false)).to.equal(null)
    expect(fleet.candidate(['bob', 'ann'], true)).to.equal('bob')
    fleet.offer('bob', key('B'))
    expect(fleet.candidate(['bob', 'ann'], true)).to.equal('ann')
  })

  it('forgets a driver that is not connected and holds nothing', () => {
    fleet.connect('ann', 1)
    fleet.offer('ann', key('A'))
    fleet.disconnect('ann')
    expect(fleet.heldBy('ann')).to.deep.equal([key('A')])
    fleet.letGo('ann', key('A'))
    fleet.letGo('ann', key('A'))
    fleet.letGo('nobody', key('A'))
    expect([fleet.absentHolders(), fleet.heldBy('ann')]).to.deep.equal([[], []])
  })
})

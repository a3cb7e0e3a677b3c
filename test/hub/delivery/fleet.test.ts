import { expect } from 'chai'
import { Fleet } from '../../../hub/delivery/fleet.ts'
import { orderKey } from '../../../shared/ids.ts'

const key = (orderId: string) => orderKey('acme', orderId)

const room = (capacity: number) => ({ capacity, entries: 1000, bytes: 100_000 })

describe('fleet', () => {
  let fleet: Fleet

  beforeEach(() => {
    fleet = new Fleet()
  })

  it('[FL1] asks the driver longest without an offer', () => {
    for (const name of ['ann', 'bob', 'cid']) fleet.connect(name, room(9))
    const asked = ['A', 'B', 'C', 'D'].map((orderId) => {
      const name = fleet.candidate([], false, 1)!
      fleet.offer(name, key(orderId), 1)
      return name
    })
    expect(asked).to.deep.equal(['ann', 'bob', 'cid', 'ann'])
  })

  it('[FL1] keeps the turn of a driver while it has no room', () => {
    for (const name of ['ann', 'bob', 'cid']) fleet.connect(name, room(1))
    for (const [name, orderId] of [
      ['ann', 'A'],
      ['bob', 'B'],
    ] as const)
      fleet.offer(name, key(orderId), 1)
    fleet.letGo('bob', key('B'))
    fleet.letGo('ann', key('A'))
    expect(fleet.candidate(['cid'], false, 1)).to.equal('ann')
  })

  it('[FL1] asks nobody who is not connected', () => {
    fleet.hold('ann', key('A'), null)
    expect([fleet.hasFree, fleet.candidate([], false, 1), fleet.absentHolders()]).to.deep.equal([
      false,
      null,
      ['ann'],
    ])
    fleet.connect('ann', room(2))
    expect([fleet.candidate([], false, 1), fleet.isConnected('ann'), fleet.absentHolders()]).to.deep.equal([
      'ann',
      true,
      [],
    ])
    fleet.disconnect('ann')
    expect([fleet.hasFree, fleet.isConnected('ann')]).to.deep.equal([false, false])
  })

  it('[FL2] asks a driver up to its capacity, whatever it holds the orders by', () => {
    fleet.connect('ann', room(2))
    fleet.hold('ann', key('A'), null)
    fleet.hold('ann', key('A'), null)
    expect(fleet.candidate([], false, 1)).to.equal('ann')
    fleet.offer('ann', key('B'), 1)
    expect([fleet.hasFree, fleet.candidate([], true, 1)]).to.deep.equal([false, null])
    fleet.letGo('ann', key('B'))
    expect(fleet.candidate([], false, 1)).to.equal('ann')
  })

  it('[FL2] asks nothing more of a driver that comes back with less capacity than it holds', () => {
    fleet.connect('ann', room(3))
    for (const orderId of ['A', 'B']) fleet.offer('ann', key(orderId), 1)
    fleet.disconnect('ann')
    fleet.connect('ann', room(1))
    fleet.letGo('ann', key('A'))
    expect(fleet.hasFree).to.equal(false)
    fleet.letGo('ann', key('B'))
    expect(fleet.hasFree).to.equal(true)
  })

  it('[FL4] asks those that declined only when they may be asked again and nobody else has room, the one that declined first', () => {
    for (const name of ['ann', 'bob', 'cid']) fleet.connect(name, room(1))
    expect(fleet.candidate(['ann', 'bob'], true, 1)).to.equal('cid')
    fleet.offer('cid', key('A'), 1)
    expect(fleet.candidate(['bob', 'ann'], false, 1)).to.equal(null)
    expect(fleet.candidate(['bob', 'ann'], true, 1)).to.equal('bob')
    fleet.offer('bob', key('B'), 1)
    expect(fleet.candidate(['bob', 'ann'], true, 1)).to.equal('ann')
  })

  it('forgets a driver that is not connected and holds nothing', () => {
    fleet.connect('ann', room(1))
    fleet.offer('ann', key('A'), 1)
    fleet.disconnect('ann')
    expect(fleet.heldBy('ann')).to.deep.equal([key('A')])
    fleet.letGo('ann', key('A'))
    fleet.letGo('ann', key('A'))
    fleet.letGo('nobody', key('A'))
    expect([fleet.absentHolders(), fleet.heldBy('ann')]).to.deep.equal([[], []])
  })
})

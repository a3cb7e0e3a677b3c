import { expect } from 'chai'
import { Board } from '../../../hub/delivery/board.ts'
import { assign, buryPickup, giveBack, leaseTo } from '../../../hub/domain/dispatch.ts'
import { accept } from '../../../hub/domain/order.ts'
import { keyOf, type OrderRecord } from '../../../hub/domain/order-record.ts'
import { order, progress, stamp, waitingOrder } from '../../support/orders.ts'

const back = (what: 'rejected' | 'driver-away') => ({ what, reason: 'no', timeMs: 0 }) as const
const leased = (orderId = 'A', driver = 'bob', position = 1): OrderRecord =>
  leaseTo(waitingOrder(order(orderId), position), driver, 0)
const moving = (record: OrderRecord, event: 'in-transit' | 'delivered'): OrderRecord =>
  accept(record, progress(event, 'bob', { orderId: record.order.orderId }), stamp(event))

const room = (capacity: number) => ({ capacity, entries: 1000, bytes: 100_000 })

describe('board', () => {
  const NEVER = Number.MAX_SAFE_INTEGER
  let board: Board

  beforeEach(() => {
    board = new Board()
    board.fleet.connect('bob', room(9))
  })

  it('knows nothing of what waits in the queue', () => {
    expect(board.apply(waitingOrder(), NEVER)).to.equal(false)
    expect([board.leasedCount, board.returnedCount]).to.deep.equal([0, 0])
  })

  it('[FL1] says of a lease once that it is new', () => {
    expect(board.apply(leased(), NEVER)).to.equal(true)
    expect(board.apply(leased(), NEVER)).to.equal(false)
    expect([board.leasedCount, board.fleet.heldBy('bob')]).to.deep.equal([1, [keyOf(leased())]])
  })

  it('[FL3][FL11] finds a leased pickup by driver and token, and no other', () => {
    const { token } = leased().dispatch.lease!
    board.apply(leased(), NEVER)
    expect(board.leased('bob', token)).to.deep.equal(leased())
    expect([board.leased('ann', token), board.leased('bob', `${token}0`)]).to.deep.equal([
      undefined,
      undefined,
    ])
    board.apply(assign(leased(), 0), NEVER)
    expect(board.leased('bob', token)).to.equal(undefined)
    expect(board.fleet.heldBy('bob')).to.have.lengthOf(1)
  })

  it('[FL5] lists the leases of a driver, not what it has assigned or on board', () => {
    const assigned = assign(leased('B', 'bob', 2), 0)
    for (const record of [leased(), assigned, moving(leased('C', 'bob', 3), 'in-transit')])
      board.apply(record, NEVER)
    expect(board.leasesOf('bob').map(keyOf)).to.deep.equal([keyOf(leased())])
    expect(board.fleet.heldBy('bob')).to.have.lengthOf(3)
  })

  it('[FL4] lists what came back in the order of its turn, until it is leased again', () => {
    const [late, early] = [leased('A', 'bob', 7), leased('B', 'bob', 3)]
    for (const record of [late, early]) {
      board.apply(record, NEVER)
      board.apply(giveBack(record, 'bob', back('rejected')), NEVER)
    }
    expect(board.returned().map(keyOf)).to.deep.equal([early, late].map(keyOf))
    expect(board.fleet.heldBy('bob')).to.deep.equal([])
    board.apply(leaseTo(giveBack(early, 'bob', back('rejected')), 'ann', 0), NEVER)
    expect([board.returnedCount, board.fleet.heldBy('ann').length]).to.deep.equal([1, 1])
  })

  it('[FL4] knows the newest failures of what came back', () => {
    const once = giveBack(leased(), 'bob', back('rejected'))
    board.apply(once, NEVER)
    const twice = giveBack(leaseTo(once, 'bob', 0), 'bob', back('rejected'))
    board.apply(twice, NEVER)
    expect(board.returned()[0]?.dispatch.failures).to.have.lengthOf(2)
  })

  it('[FL7] lets go of a pickup that is a dead letter, and of an order that has ended', () => {
    const dead = buryPickup(giveBack(leased(), 'bob', back('rejected')), 0)
    const done = moving(moving(leased('B', 'bob', 2), 'in-transit'), 'delivered')
    for (const record of [leased(), leased('B', 'bob', 2), dead, done]) board.apply(record, NEVER)
    expect([board.leasedCount, board.returnedCount, board.fleet.heldBy('bob')]).to.deep.equal([0, 0, []])
  })

  it('[FL4] tells leases that are overdue, from their handover on', () => {
    for (const [index, orderId] of ['A', 'B'].entries()) board.apply(leased(orderId, 'bob', index + 1), NEVER)
    expect(board.overdueLeases(NEVER)).to.deep.equal([])
    board.handed(keyOf(leased('A')), 10)
    board.handed(keyOf(leased('B')), 20)
    expect(board.overdueLeases(9)).to.deep.equal([])
    expect(board.overdueLeases(10).map(keyOf)).to.deep.equal([keyOf(leased('A'))])
    board.handed(keyOf(leased('A')), 30)
    expect(board.overdueLeases(20).map(keyOf)).to.deep.equal([keyOf(leased('B'))])
  })

  it('[FL5] takes no lease of an absent driver for overdue', () => {
    board.apply(leased(), NEVER)
    board.handed(keyOf(leased()), 10)
    board.suspend('bob')
    expect(board.overdueLeases(NEVER)).to.deep.equal([])
  })

  it('[FL6] tells assignments that are overdue, and none that is in transit', () => {
    for (const [index, orderId] of ['A', 'B'].entries())
      board.apply(assign(leased(orderId, 'bob', index + 1), 0), 10)
    board.apply(assign(leased('A'), 0), 99)
    board.apply(moving(assign(leased('B', 'bob', 2), 0), 'in-transit'), 99)
    expect(board.overdueAssignments(9)).to.deep.equal([])
    expect(board.overdueAssignments(NEVER).map(keyOf)).to.deep.equal([keyOf(leased('A'))])
  })

  it('[FL2] takes back a reservation, but not of an order that the driver holds', () => {
    board.fleet.offer('bob', keyOf(leased()), 1)
    board.unreserve('bob', keyOf(leased()))
    expect(board.fleet.heldBy('bob')).to.deep.equal([])
    board.apply(moving(leased(), 'in-transit'), NEVER)
    board.unreserve('bob', keyOf(leased()))
    expect(board.fleet.heldBy('bob')).to.have.lengthOf(1)
  })
})

import { expect } from 'chai'
import { assignLeased, lease } from '../../../hub/delivery/lease-steps.ts'
import { leaseTo } from '../../../hub/domain/dispatch.ts'
import { keyOf, type OrderRecord } from '../../../hub/domain/order.ts'
import { FLEET } from '../../../shared/ids.ts'
import { commitNow, openTestLedger, type TestLedger } from '../../support/ledger.ts'
import { waitingOrder } from '../../support/orders.ts'

describe('steps of a lease', () => {
  let ledger: TestLedger
  const key = keyOf(waitingOrder())
  const POSITION = 1
  const lot = (driver: string, position = POSITION) => ({ order: key, position, driver })

  const given = (record: OrderRecord) =>
    commitNow(ledger, { orders: [key], decide: (transaction) => transaction.putOrder(record) })

  const run = (step: typeof lease, of: ReturnType<typeof lot>) =>
    commitNow(ledger, {
      orders: [key],
      participants: [FLEET],
      decide: (transaction) => step(transaction, of),
    })

  beforeEach(async () => {
    ledger = await openTestLedger()
  })

  it('[FL1] lease a pickup once', async () => {
    await given(waitingOrder())
    expect([await run(lease, lot('ann')), await run(lease, lot('bob'))]).to.deep.equal([true, false])
  })

  it('[FL1] lease no pickup that has come to lie elsewhere, or that nobody knows', async () => {
    expect(await run(lease, lot('ann'))).to.equal(false)
    await given(waitingOrder())
    expect(await run(lease, lot('ann', POSITION + 1))).to.equal(false)
  })

  it('[FL3] assign an order only to the driver that holds its lease, by the position of that lease', async () => {
    await given(leaseTo(waitingOrder(), 'ann', 0))
    const tried = [lot('bob'), lot('ann', POSITION + 1), lot('ann'), lot('ann')]
    const done: boolean[] = []
    for (const one of tried) done.push(await run(assignLeased, one))
    expect(done).to.deep.equal([false, false, true, false])
  })
})

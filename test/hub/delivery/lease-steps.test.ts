import { expect } from 'chai'
import { assignLeased, lease } from '../../../hub/delivery/lease-steps.ts'
import type { DeliveryTransaction } from '../../../hub/delivery/ports.ts'
import { giveBack, leaseTo } from '../../../hub/domain/dispatch.ts'
import { keyOf, type OrderRecord } from '../../../hub/domain/order-record.ts'
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

  const run = (step: (transaction: DeliveryTransaction) => boolean) =>
    commitNow(ledger, { orders: [key], participants: [FLEET], decide: step })
  const leasing = (driver: string, position?: number) =>
    run((transaction) => lease(transaction, lot(driver, position)))

  beforeEach(async () => {
    ledger = await openTestLedger()
  })

  it('[FL1] lease a pickup once', async () => {
    await given(waitingOrder())
    expect([await leasing('ann'), await leasing('bob')]).to.deep.equal([true, false])
  })

  it('[FL1] lease no pickup that has come to lie elsewhere, or that nobody knows', async () => {
    expect(await leasing('ann')).to.equal(false)
    await given(waitingOrder())
    expect(await leasing('ann', POSITION + 1)).to.equal(false)
  })

  it('[FL3] assign an order only by the lease that it lies with, and once', async () => {
    const earlier = leaseTo(waitingOrder(), 'ann', 0)
    const back = { what: 'driver-away', reason: 'away', timeMs: 0 } as const
    const current = leaseTo(giveBack(earlier, 'ann', back), 'ann', 0)
    await given(current)
    const done: boolean[] = []
    for (const one of [earlier, current, current])
      done.push(await run((transaction) => assignLeased(transaction, one)))
    expect(done).to.deep.equal([false, true, false])
  })
})

import { expect } from 'chai'
import { readHubConfig } from '../../../hub/config.ts'
import { Leasing } from '../../../hub/delivery/leasing.ts'
import type { DeliveryLedger, DeliveryReports, DeliveryTransaction } from '../../../hub/delivery/ports.ts'
import { leaseTo } from '../../../hub/domain/dispatch.ts'
import { keyOf, type OrderRecord } from '../../../hub/domain/order-record.ts'
import type { OrderKey } from '../../../shared/ids.ts'
import { waitingOrder } from '../../support/orders.ts'

const waiting = waitingOrder()
const key = keyOf(waiting)

describe('a driver that comes back to one of several hubs', () => {
  let rows: Map<OrderKey, OrderRecord>
  let handed: string[]
  let leasing: Leasing

  beforeEach(() => {
    rows = new Map([[key, leaseTo(waiting, 'bob', 1)]])
    handed = []
    const submit: DeliveryLedger['submit'] = ({ decide, settled }) => {
      decide({ order: (order) => rows.get(order) } as DeliveryTransaction)
      settled()
    }
    const ledger = { submit, entries: async () => [] } as unknown as DeliveryLedger
    const reports = { handedOver: () => {} } as unknown as DeliveryReports
    const hubs = { owns: (id: string) => id === 'driver/bob', waitingElsewhere: async () => [] }
    leasing = new Leasing({ ledger, reports, now: () => 0, options: readHubConfig({}, {}).options, hubs }, 0)
  })

  const attach = () =>
    leasing.attach(
      'bob',
      { hand: (handovers) => handed.push(...handovers.map(({ entry }) => entry.payload.orderId)) },
      { capacity: 4, entries: 4 },
    )

  it('[PQ27] is handed what it holds', async () => {
    await leasing.catchUp('bob', [key])
    attach()
    expect(handed).to.deep.equal([waiting.order.orderId])
  })

  it('[PQ27] is handed a lease of which this hub hears by reading orders, once', async () => {
    attach()
    await leasing.load([key])
    await leasing.load([key])
    expect(handed).to.deep.equal([waiting.order.orderId])
  })

  for (const [what, meanwhile] of [
    ['given to a driver of another hub', leaseTo(waiting, 'ann', 2)],
    ['put back with the fleet', waiting],
    ['removed', undefined],
  ] as const)
    it(`[PQ27] is not handed what this hub remembers, which was ${what} meanwhile`, async () => {
      await leasing.load([key])
      if (meanwhile === undefined) rows.delete(key)
      else rows.set(key, meanwhile)
      await leasing.catchUp('bob', [])
      attach()
      expect(handed).to.deep.equal([])
      expect(leasing.heldBy('bob')).to.deep.equal([])
    })
})

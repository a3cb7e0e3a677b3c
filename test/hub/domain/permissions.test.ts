import { expect } from 'chai'
import { publishRefusal } from '../../../hub/domain/permissions.ts'
import { EVENT_NAMES } from '../../../shared/protocol.ts'
import { driver, vendor } from '../../support/orders.ts'

describe('permissions', () => {
  it('[PM1] lets a vendor send a pickup for its own store', () => {
    expect(publishRefusal(vendor('acme', 'second'), { event: 'pickup', store: 'acme' })).to.equal(null)
  })

  it('[PM1] refuses a pickup for another store', () => {
    for (const store of ['globex', 'Acme', 'acme2', ''])
      expect(publishRefusal(vendor('acme'), { event: 'pickup', store })?.code).to.equal('foreign-store')
  })

  it('[PM1] refuses a vendor what only a driver may send, of its own store too, and a driver a pickup', () => {
    for (const event of EVENT_NAMES) {
      const [allowed, other] = event === 'pickup' ? [vendor(), driver()] : [driver(), vendor()]
      expect(publishRefusal(allowed, { event, store: 'acme' })).to.equal(null)
      expect(publishRefusal(other, { event, store: 'acme' })?.code).to.equal('not-permitted')
    }
  })

  it('[PM1] lets a driver report about any store', () => {
    expect(publishRefusal(driver(), { event: 'delivered', store: 'globex' })).to.equal(null)
  })
})

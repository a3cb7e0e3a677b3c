import { expect } from 'chai'
import fc from 'fast-check'
import type { Sender } from '../../../hub/domain/order.ts'
import { decodeElement, decodeEvent } from '../../../hub/intake/decode.ts'
import { CODES } from '../../../shared/codes.ts'
import { EVENT_LIMITS } from '../../support/limits.ts'
import { driver, order, vendor } from '../../support/orders.ts'

const REPORT = { store: 'acme', orderId: 'order-1' }

describe('decoding', () => {
  it('gives an event with its sender and its payload as they came', () => {
    const payload = order('order-1', { details: { fragile: true } })
    expect(decodeElement(vendor(), { event: 'pickup', payload }, EVENT_LIMITS)).to.deep.equal({
      ok: true,
      proposal: { key: 'acme/order-1', event: 'pickup', sender: vendor(), payload },
    })
    expect(decodeEvent(driver(), { event: 'in-transit', payload: REPORT }, EVENT_LIMITS)).to.deep.equal({
      ok: true,
      proposal: {
        key: `${REPORT.store}/${REPORT.orderId}`,
        event: 'in-transit',
        sender: driver(),
        payload: REPORT,
      },
    })
  })

  const MALFORMED: readonly (readonly [what: string, element: unknown, fields: readonly string[]])[] = [
    ['no object', 'pickup', []],
    ['no event', { payload: order() }, ['event']],
    ['no payload', { event: 'pickup' }, ['payload']],
    ['an unknown event', { event: 'returned', payload: order() }, ['event']],
    ['the name of a property of every object', { event: 'constructor', payload: order() }, ['event']],
    ['a superfluous field', { event: 'pickup', payload: order(), sender: 'bob' }, ['sender']],
    ['a payload that is none', { event: 'pickup', payload: null }, []],
    ['a missing field', { event: 'pickup', payload: { ...order(), customer: undefined } }, ['customer']],
    ['an empty field', { event: 'pickup', payload: order('order-1', { address: '' }) }, ['address']],
    ['a field of another event', { event: 'delivered', payload: order() }, ['customer', 'address']],
    ['a bad name', { event: 'delivered', payload: { ...REPORT, orderId: 'a/b' } }, ['orderId']],
    ['details that are none', { event: 'delivered', payload: { ...REPORT, details: [] } }, ['details']],
  ]
  for (const [what, element, fields] of MALFORMED)
    it(`[IN4] refuses ${what} and names the fields`, () => {
      for (const sender of [vendor(), driver()]) {
        const decoded = decodeElement(sender, element, EVENT_LIMITS)
        expect(decoded).to.include({ ok: false, code: 'malformed', temporary: false })
        if (!decoded.ok) expect(decoded.fields).to.include.members([...fields])
      }
    })

  it('[IN4] takes or refuses anything, and throws nothing', () => {
    const odd = fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true })
    const element = fc.oneof(odd, fc.record({ event: fc.constantFrom('pickup', 'delivered'), payload: odd }))
    fc.assert(
      fc.property(element, (any) => {
        const decoded = decodeElement(driver(), any, EVENT_LIMITS)
        return decoded.ok || decoded.code in CODES
      }),
    )
  })

  it("[PM1] refuses what its sender may not send by the connection's identity", () => {
    const codeOf = (sender: Sender, event: string, payload: unknown) => {
      const decoded = decodeEvent(sender, { event, payload }, EVENT_LIMITS)
      return decoded.ok ? 'ok' : decoded.code
    }
    expect(codeOf(driver(), 'pickup', order())).to.equal('not-permitted')
    expect(codeOf(vendor(), 'delivered', REPORT)).to.equal('not-permitted')
    expect(codeOf(vendor('globex'), 'pickup', order())).to.equal('foreign-store')
    expect(codeOf(vendor('acme'), 'pickup', order())).to.equal('ok')
  })
})

import { expect } from 'chai'
import fc from 'fast-check'
import { Payload } from '../../../hub/domain/payload.ts'
import { orderKey } from '../../../shared/ids.ts'
import { JSON_TEXT } from '../../../shared/json-text.ts'

const id = fc.stringMatching(/^[A-Za-z0-9._~:-]{1,64}$/)
/** Quotes, controls, line separators and halves of surrogate pairs among them. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('"', '\\', '\n', '\x7f', '\u2028', '\ud800', '[]'),
)

describe('a payload', () => {
  it('[MS11] has the JSON that JSON.stringify gives for it, whatever stores and customers write', () => {
    fc.assert(
      fc.property(
        id,
        id,
        text,
        text,
        fc.option(id),
        fc.option(fc.dictionary(text, fc.jsonValue())),
        (...drawn) => {
          const [store, orderId, customer, address, driver, details] = drawn
          const order = { store, orderId, customer, address }
          const payload = new Payload({ key: orderKey(store, orderId), order, driver }, details ?? undefined)
          expect(payload[JSON_TEXT]).to.equal(JSON.stringify(payload))
        },
      ),
    )
  })
})

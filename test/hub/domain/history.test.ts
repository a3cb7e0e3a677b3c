import { expect } from 'chai'
import fc from 'fast-check'
import { type Happening, itemsOf, NO_HISTORY, newestMsOf, withItem } from '../../../hub/domain/history.ts'
import { driverId } from '../../../shared/ids.ts'

const happenings: fc.Arbitrary<Happening[]> = fc.array(
  fc.oneof(
    fc.constant<Happening>({ what: 'pickup', participant: driverId('bob') }),
    fc.record({
      what: fc.constant('rejected' as const),
      participant: fc.constant(driverId('bob')),
      event: fc.constant('pickup' as const),
      // What looks like JSON is what could be taken for an item.
      reason: fc.oneof(
        fc.string(),
        fc.array(fc.constantFrom(',[', '[', ']', '"', '\\', '1,', '"a"')).map((parts) => parts.join('')),
      ),
    }),
  ),
  { minLength: 1, maxLength: 6 },
)

describe('the newest thing in a history', () => {
  it('[LS4] is the last one, whatever people have written', () =>
    fc.assert(
      fc.property(happenings, (all) => {
        const history = all.reduce(
          (before, happening, index) => withItem(before, 1000 + index, happening),
          NO_HISTORY,
        )
        expect(itemsOf(history)).to.have.length(all.length)
        expect(newestMsOf(history)).to.equal(999 + all.length)
      }),
      { numRuns: 1000 },
    ))

  it('[LS4] is none of an order to which nothing has happened', () => {
    expect(newestMsOf(NO_HISTORY)).to.equal(null)
  })
})

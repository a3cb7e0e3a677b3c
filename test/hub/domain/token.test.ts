import { expect } from 'chai'
import fc from 'fast-check'
import { positionOf, tokenOf } from '../../../hub/domain/token.ts'

describe("an entry's token", () => {
  it('names its position', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (position) => positionOf(tokenOf(position)) === position))
  })

  it('has one spelling: what is written otherwise names nothing', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const position = positionOf(text)
        return position === null || tokenOf(position) === text
      }),
    )
    for (const text of ['', 'A', '01', ' 1', '1.5', '-', 'zzzzzzzzzzzzzzz', '__proto__'])
      expect(positionOf(text)).to.equal(null)
  })
})

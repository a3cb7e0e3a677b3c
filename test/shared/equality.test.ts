import { expect } from 'chai'
import fc from 'fast-check'
import { isSameContent } from '../../shared/equality.ts'

/** Small, so that two drawn at random are often nearly the same. */
const content = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, true, 0, 1, '', 'a'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 3 }),
  ),
})).value

const withKeysReversed = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(withKeysReversed)
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, withKeysReversed(member)]),
  )
}

/** JSON with its keys in order: equal exactly when the contents are. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  )

describe('equality of content', () => {
  it('[MS5] is the equality of decoded values, so an equivalence', () => {
    fc.assert(
      fc.property(content, content, (one, other) => {
        expect(isSameContent(one, other)).to.equal(canonical(one) === canonical(other))
        expect(isSameContent(other, one)).to.equal(isSameContent(one, other))
        expect(isSameContent(one, structuredClone(one))).to.equal(true)
      }),
      { numRuns: 1000 },
    )
  })

  it('[MS5] ignores the order of keys', () => {
    fc.assert(fc.property(content, (value) => isSameContent(value, withKeysReversed(value))))
  })

  it('[MS5] tells apart what only looks alike', () => {
    const PAIRS: readonly (readonly [unknown, unknown])[] = [
      [
        [1, 2],
        [2, 1],
      ],
      [[], {}],
      [{ 0: 'a' }, ['a']],
      [{ a: undefined }, {}],
      [{ a: undefined }, { b: undefined }],
      [null, {}],
      [0, '0'],
      [0, false],
      [{ toString: 1 }, { a: 1 }],
    ]
    expect(PAIRS.filter(([one, other]) => isSameContent(one, other))).to.deep.equal([])
  })
})

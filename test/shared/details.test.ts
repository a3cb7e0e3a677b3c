import { expect } from 'chai'
import fc from 'fast-check'
import {
  DETAILS_LIMITS,
  type DetailsLimits,
  greatestJsonBytes,
  measureDetails,
} from '../../shared/details.ts'

const detailsFault = (details: object, limits?: DetailsLimits): string | null => {
  const measured = measureDetails(details, limits)
  return typeof measured === 'string' ? measured : null
}

/** `levels` objects, one in the other. */
const nested = (levels: number): object => (levels === 1 ? {} : { inner: nested(levels - 1) })

const withKeys = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 0]))

const text = (length: number, character = 'x') => character.repeat(length)

describe('bounds of details', () => {
  it('[MS4] takes what JSON can write', () => {
    const details = { a: null, b: [true, 1.5, 'text', { c: {} }], d: Object.create(null) as object }
    expect(detailsFault(details)).to.equal(null)
    expect(detailsFault({})).to.equal(null)
  })

  const { depth, keys, stringLength, bytes } = DETAILS_LIMITS
  const BOUNDS: Readonly<Record<string, readonly [within: object, above: object, words: string]>> = {
    depth: [nested(depth), nested(depth + 1), 'deeper than 8 levels'],
    'depth of arrays': [{ a: [[[[[[{}]]]]]] }, { a: [[[[[[[{}]]]]]]] }, 'deeper than 8 levels'],
    keys: [withKeys(keys), withKeys(keys + 1), 'more than 200 keys'],
    'array elements': [{ a: Array(keys - 1).fill(0) }, { a: Array(keys).fill(0) }, 'more than 200 keys'],
    'length of a string': [
      { a: text(stringLength) },
      { a: text(stringLength + 1) },
      'longer than 8192 characters',
    ],
    'length of a key': [{ [text(stringLength)]: 0 }, { [text(stringLength + 1)]: 0 }, 'longer than 8192'],
    'size of all': [
      { a: text(8000), b: text(8000) },
      { a: text(8192), b: text(8192) },
      `larger than ${bytes} bytes`,
    ],
    'size in UTF-8': [{ a: text(5000, '€') }, { a: text(6000, '€') }, `larger than ${bytes} bytes`],
  }
  for (const [name, [within, above, words]] of Object.entries(BOUNDS))
    it(`[MS4] holds the bound of ${name} and says what is above it`, () => {
      expect(detailsFault(within)).to.equal(null)
      expect(detailsFault(above)).to.include(words)
    })

  const FOREIGN: Readonly<Record<string, unknown>> = {
    'binary data': Buffer.from('x'),
    'a date': new Date(),
    'a map': new Map(),
    NaN: Number.NaN,
    infinity: Number.POSITIVE_INFINITY,
    'a big integer': 1n,
    'a function': () => {},
    undefined: undefined,
    'an own __proto__': JSON.parse('{"__proto__":{"isAdmin":true}}'),
    'a constructor': { constructor: { prototype: {} } },
  }
  for (const [name, value] of Object.entries(FOREIGN))
    it(`[MS4] refuses ${name} in words`, () => {
      expect(detailsFault({ value })).to.be.a('string').and.not.equal('')
    })

  it('[MS4] takes nothing whose JSON is much larger than the bound, and never throws', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (details) => {
        // A control character is one byte here and six in JSON.
        if (detailsFault(details) === null) expect(JSON.stringify(details).length).to.be.at.most(6 * bytes)
      }),
    )
    fc.assert(fc.property(fc.object(), (details) => void detailsFault(details)))
  })

  it('[LM1] have no JSON above the size that is said to be the greatest', () => {
    const value = fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' })
    const numbers = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 150 })
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(value, numbers)), (details) => {
        const measured = measureDetails(details)
        if (typeof measured === 'number')
          expect(Buffer.byteLength(JSON.stringify(details))).to.be.at.most(greatestJsonBytes(measured))
      }),
    )
  })

  it('[LM1] holds lower limits than those of the protocol', () => {
    const limits = { ...DETAILS_LIMITS, depth: 2, keys: 3, stringLength: 5 }
    expect(detailsFault({ a: { b: 'x' } }, limits)).to.equal(null)
    expect(detailsFault({ a: { b: {} } }, limits)).to.equal('nested deeper than 2 levels')
    expect(detailsFault({ a: 1, b: 2, c: 3, d: 4 }, limits)).to.include('more than 3 keys')
    expect(detailsFault({ a: 'xxxxxx' }, limits)).to.include('longer than 5')
  })

  it('[MS4] stops looking as soon as it is over a bound, whatever the size', () => {
    const circular: Record<string, unknown> = {}
    circular.self = circular
    expect(detailsFault(circular)).to.include('deeper')
    expect(detailsFault({ a: Array(1_000_000).fill('x') })).to.include('more than 200 keys')
  })
})

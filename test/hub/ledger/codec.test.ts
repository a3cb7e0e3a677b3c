import { expect } from 'chai'
import fc from 'fast-check'
import { decode, encode } from '../../../hub/ledger/level/codec.ts'
import { isSameContent } from '../../../shared/equality.ts'
import { Fault } from '../../../shared/fault.ts'

/** As it is after a way through JSON, which knows no -0. */
const value = fc.jsonValue().map((any) => JSON.parse(JSON.stringify(any)) as unknown)

describe('a value on disk', () => {
  it('[LG11] is given back as it was', () => {
    fc.assert(fc.property(value, (any) => isSameContent(decode('key', encode('key', any)), any)))
  })

  it('[LG11] is not given if any of its characters has changed', () => {
    const change = fc.record({ value, at: fc.nat(), by: fc.integer({ min: 1, max: 94 }) })
    fc.assert(
      fc.property(change, ({ value: any, at, by }) => {
        const text = encode('the key', any)
        const index = at % text.length
        const changed = String.fromCharCode(((text.charCodeAt(index) - 32 + by + 95) % 95) + 32)
        fc.pre(changed !== text[index])
        expect(() => decode('the key', text.slice(0, index) + changed + text.slice(index + 1)))
          .to.throw(Fault, 'the key')
          .with.property('code', 'corrupt')
      }),
    )
  })

  it('[LG11] is not given under another key', () => {
    fc.assert(
      fc.property(value, fc.string(), (any, key) => {
        expect(() => decode(`${key}x`, encode(key, any)))
          .to.throw(Fault)
          .with.property('code', 'corrupt')
      }),
    )
  })

  it('[LG11] is not given if a part of it is missing', () => {
    fc.assert(
      fc.property(value, fc.nat(), (any, at) => {
        const text = encode('key', any)
        expect(() => decode('key', text.slice(0, at % text.length))).to.throw(Fault)
      }),
    )
  })
})

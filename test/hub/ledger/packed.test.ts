import { expect } from 'chai'
import fc from 'fast-check'
import { journalKey } from '../../../hub/ledger/level/keys.ts'
import { PackedReader, PackedWriter } from '../../../hub/ledger/level/packed.ts'
import { Fault } from '../../../shared/fault.ts'

describe('packed values', () => {
  const KEY = journalKey(7)

  const anything = fc.oneof(
    fc.maxSafeNat(),
    fc.boolean(),
    fc.string({ unit: 'binary', maxLength: 200 }),
    // Halves of surrogate pairs among them.
    fc.array(fc.nat(0xffff), { maxLength: 80 }).map((codes) => String.fromCharCode(...codes)),
  )

  const write = (to: PackedWriter, value: number | boolean | string): void => {
    if (typeof value === 'number') to.number(value)
    else if (typeof value === 'boolean') to.flag(value)
    else to.text(value)
  }

  const readLike = (from: PackedReader, value: number | boolean | string): unknown => {
    if (typeof value === 'number') return from.number()
    return typeof value === 'boolean' ? from.flag() : from.text()
  }

  it('[LG24] are read as they were written, whatever characters and sizes', () => {
    const to = new PackedWriter()
    fc.assert(
      fc.property(fc.array(anything), (values) => {
        for (const value of values) write(to, value)
        const from = new PackedReader(KEY, to.take(KEY))
        expect(values.map((value) => readLike(from, value))).to.deep.equal(values)
        expect(from.isAtEnd).to.equal(true)
      }),
    )
  })

  it('[LG24] may be longer than the buffer that they are written to', () => {
    const to = new PackedWriter()
    const long = 'ü'.repeat(1_000_000)
    for (const value of [long, 5, 'short', long]) write(to, value)
    const value = to.take(KEY)
    expect(to.length).to.equal(0)
    const from = new PackedReader(KEY, value)
    expect([from.text(), from.number(), from.text(), from.text()]).to.deep.equal([long, 5, 'short', long])
  })

  it('[LG24][LG11] are refused where more is read than was written', () => {
    const to = new PackedWriter()
    to.number(64)
    const from = new PackedReader(KEY, to.take(KEY))
    expect(from.number()).to.equal(64)
    expect(() => from.number()).to.throw(Fault, KEY)
  })

  it('[LG24][LG11] are refused when a character of them has changed, or when they lie under another key', () => {
    const to = new PackedWriter()
    for (const value of [1, 'Zoë', 2 ** 40]) write(to, value)
    const value = to.take(KEY)
    for (let index = 0; index < value.length; index += 1) {
      const other = String.fromCharCode(value.charCodeAt(index) ^ 1)
      const changed = value.slice(0, index) + other + value.slice(index + 1)
      expect(() => new PackedReader(KEY, changed)).to.throw(Fault, KEY)
    }
    expect(() => new PackedReader(journalKey(8), value)).to.throw(Fault, journalKey(8))
  })
})

import { expect } from 'chai'
import fc from 'fast-check'
import { driverId, FLEET, folderNameOf, isId, orderKey, storeOf, vendorId } from '../../shared/ids.ts'

const CHARACTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~:-']
const anId = fc
  .array(fc.constantFrom(...CHARACTERS), { minLength: 1, maxLength: 64, size: 'max' })
  .map((characters) => characters.join(''))

describe('ids', () => {
  it('[MS1] takes any 1 to 64 of the characters allowed', () => {
    fc.assert(fc.property(anId, isId))
    expect(['a', 'x'.repeat(64), 'A-b_c.d~e:f9'].every(isId)).to.equal(true)
  })

  it('[MS1] takes nothing else', () => {
    const others = [
      '',
      'x'.repeat(65),
      'a/b',
      'a b',
      'ä',
      'a\n',
      '\na',
      'a\0',
      '%2F',
      'a\\b',
      '＿',
      'é'.normalize('NFD'),
    ]
    expect(others.filter(isId)).to.deep.equal([])
    const foreign = fc
      .string({ unit: 'binary' })
      .filter((text) => [...text].some((c) => !CHARACTERS.includes(c)))
    fc.assert(fc.property(foreign, (text) => !isId(text)))
  })

  it('[MS2] makes different folder names of different ids, also where file names have no case', () => {
    fc.assert(
      fc.property(anId, anId, (one, other) => {
        fc.pre(one !== other)
        expect(folderNameOf(one).toLowerCase()).not.to.equal(folderNameOf(other).toLowerCase())
      }),
    )
    expect(folderNameOf('Acme')).not.to.equal(folderNameOf('acme'))
  })

  it('[MS2] makes folder names of safe characters, short enough for any file system', () => {
    fc.assert(
      fc.property(anId, (id) => {
        expect(folderNameOf(id)).to.match(/^[A-Za-z0-9_%-]{1,192}$/)
      }),
    )
  })

  it('[MS2] keeps plain names readable and takes the meaning of others', () => {
    const names = ['acme-widgets', 'driver-1', '.', '..', 'a:b', '~', 'con', 'CON', 'lpt1', 'console'].map(
      folderNameOf,
    )
    expect(names).to.deep.equal([
      ...['acme-widgets', 'driver-1', '%2E', '%2E%2E', 'a%3Ab', '%7E'],
      ...['%63on', '%43%4F%4E', '%6Cpt1', 'console'],
    ])
  })

  it('[MS3] tells the store of a participant', () => {
    fc.assert(
      fc.property(anId, anId, (store, id) => {
        expect(storeOf(vendorId(store, id))).to.equal(store)
        expect(storeOf(driverId(id))).to.equal(null)
      }),
    )
    expect(storeOf(FLEET)).to.equal(null)
  })

  it('[MS3] gives every participant and every order a name of its own, none of them the fleet', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(anId, anId), { selector: String, minLength: 2 }), (pairs) => {
        const names = pairs.flatMap(([store, id]) => [vendorId(store, id), orderKey(store, id)])
        expect(new Set([...names, FLEET, driverId('fleet')])).to.have.property('size', names.length + 2)
      }),
    )
  })
})

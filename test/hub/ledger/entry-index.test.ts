import { expect } from 'chai'
import { EntryIndex } from '../../../hub/ledger/level/entry-index.ts'
import { driverId, vendorId } from '../../../shared/ids.ts'

const ACME = vendorId('acme', 'main')
const BOLT = driverId('bolt')

describe('entry index', () => {
  it('[DL1] gives the entries of one participant, in the order in which they were added', () => {
    const index = new EntryIndex()
    const entries = [
      { participant: ACME, position: 7 },
      { participant: BOLT, position: 8 },
      { participant: ACME, position: 3 },
    ]
    for (const one of entries) index.add(one)
    expect([...index.of(ACME)]).to.deep.equal([entries[0], entries[2]])
    expect([...index.of(BOLT)]).to.deep.equal([entries[1]])
    expect(index.get(ACME, 8)).to.equal(undefined)
    expect(index.get(BOLT, 8)).to.equal(entries[1])
  })

  it('[DL1] removes an entry, but not another one in its place', () => {
    const index = new EntryIndex()
    const [older, newer] = [
      { participant: ACME, position: 7 },
      { participant: ACME, position: 7 },
    ]
    index.add(older)
    index.add(newer)
    index.remove(older)
    expect(index.get(ACME, 7)).to.equal(newer)
    index.remove(newer)
    expect([...index.of(ACME)]).to.deep.equal([])
  })
})

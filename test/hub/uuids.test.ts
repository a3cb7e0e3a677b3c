import { expect } from 'chai'
import { UUID } from 'uuidv7'
import { uuids } from '../../hub/uuids.ts'

describe('ids of events', () => {
  const TIME_MS = Date.UTC(2026, 0, 2, 3, 4, 5)

  it('are UUIDs of version 7 that begin with the time', () => {
    const id = uuids().next(TIME_MS)
    expect(UUID.parse(id).toString()).to.equal(id)
    expect(id[14]).to.equal('7')
    expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).to.equal(TIME_MS)
  })

  it('ascend, also within a millisecond and over many of them', () => {
    const ids = uuids()
    const made = Array.from({ length: 10_000 }, (_, index) => ids.next(TIME_MS + Math.floor(index / 100)))
    expect([...new Set(made)].sort()).to.deep.equal(made)
  })
})

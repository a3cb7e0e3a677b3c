import { expect } from 'chai'
import { Rows } from '../../../hub/ledger/level/rows.ts'

interface Row {
  readonly text: string
}

const row = (text: string): Row => ({ text })

describe('the newest rows', () => {
  /** Writes rows as the ledger does, each in a group of its own. */
  const write = (rows: Rows<string, Row>, ...names: string[]) => {
    for (const name of names) {
      rows.put(name, row(name))
      for (const [key] of rows.takeGroup()) rows.staged(key, 100)
      rows.synced()
      rows.forgetFetched()
    }
  }

  const cached = (rows: Rows<string, Row>, ...names: string[]) => names.filter((name) => rows.secure(name))

  it('are kept up to a number', () => {
    const rows = new Rows<string, Row>({ rows: 2, size: 10_000 })
    write(rows, 'a', 'b', 'c')
    expect(cached(rows, 'a', 'b', 'c')).to.deep.equal(['b', 'c'])
  })

  it('are kept up to a size, however few they are: large ones do not fill the memory', () => {
    const rows = new Rows<string, Row>({ rows: 1000, size: 250 })
    write(rows, 'a', 'b', 'c')
    expect(cached(rows, 'a', 'b', 'c')).to.deep.equal(['b', 'c'])
    rows.fetched('d', row('d'), 200)
    rows.forgetFetched()
    expect(cached(rows, 'b', 'c', 'd')).to.deep.equal(['d'])
  })

  it('[LG1] are the newest ones although a cache that is too small has forgotten them or an older one', () => {
    const rows = new Rows<string, Row>({ rows: 10, size: 100 })
    rows.fetched('a', row('oldest'), 60)
    rows.put('a', row('older'))
    for (const [key] of rows.takeGroup()) rows.staged(key, 10_000)
    expect(rows.get('a')).to.deep.equal(row('older'))
    rows.put('a', row('newest'))
    expect(rows.get('a')).to.deep.equal(row('newest'))
    rows.synced()
    rows.remove('a')
    expect(rows.get('a')).to.equal(undefined)
    for (const [key] of rows.takeGroup()) rows.staged(key, null)
    rows.synced()
    rows.forgetFetched()
    expect(rows.get('a')).to.equal(undefined)
  })
})

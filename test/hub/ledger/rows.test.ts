import { expect } from 'chai'
import { Rows } from '../../../hub/ledger/level/rows.ts'

interface Row {
  readonly text: string
}

const row = (text: string): Row => ({ text })

describe('the newest rows', () => {
  /** Writes back all that the journal holds, as the ledger does; each row has so many characters there. */
  const writeBack = (rows: Rows<string, Row>, size: number) => {
    for (const one of rows.unwritten()) one.size = size
    rows.written(Number.POSITIVE_INFINITY)
  }

  /** Writes rows as the ledger does, each in a group of its own, and at once back. */
  const write = (rows: Rows<string, Row>, ...names: string[]) => {
    for (const name of names) {
      rows.put(name, row(name))
      rows.takeGroup()
      rows.synced(1)
      writeBack(rows, 100)
      rows.forgetKept()
    }
  }

  const cached = (rows: Rows<string, Row>, ...names: string[]) => names.filter((name) => rows.has(name))

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
    rows.forgetKept()
    expect(cached(rows, 'b', 'c', 'd')).to.deep.equal(['d'])
  })

  it('[LG26] are read ahead of their work, but for those that have changed since', () => {
    const rows = new Rows<string, Row>({ rows: 10, size: 1000 })
    rows.fetched('at hand', row('at hand'), 10)
    expect(rows.awaited(['at hand', 'a', 'b', 'none'])).to.deep.equal(['a', 'b', 'none'])
    expect(rows.awaited(['a']), 'asked for twice').to.deep.equal([])
    rows.put('b', row('newer'))
    rows.takeGroup()
    rows.synced(1)
    writeBack(rows, 10_000)
    rows.forgetKept()
    expect(rows.has('b'), 'too large to be cached').to.equal(false)
    for (const name of ['a', 'b']) rows.readAhead(name, row(`old ${name}`), 10)
    rows.readAhead('none', null, 0)
    expect(cached(rows, 'a', 'b', 'none')).to.deep.equal(['a'])
    expect(rows.get('a')).to.deep.equal(row('old a'))
    expect(rows.awaited(['none'])).to.deep.equal(['none'])
  })

  it('[LG1] are the newest ones although a cache that is too small has forgotten them or an older one', () => {
    const rows = new Rows<string, Row>({ rows: 10, size: 100 })
    rows.fetched('a', row('oldest'), 60)
    rows.put('a', row('older'))
    rows.takeGroup()
    expect(rows.get('a')).to.deep.equal(row('older'))
    rows.put('a', row('newest'))
    expect(rows.get('a')).to.deep.equal(row('newest'))
    rows.synced(1)
    expect(rows.get('a')).to.deep.equal(row('newest'))
    rows.takeGroup()
    rows.synced(2)
    rows.forgetKept()
    expect(rows.get('a')).to.deep.equal(row('newest'))
    rows.remove('a')
    expect(rows.get('a')).to.equal(undefined)
    rows.takeGroup()
    rows.synced(3)
    writeBack(rows, 1)
    expect(rows.get('a')).to.equal(undefined)
  })

  it('[LG1] are the newest ones when an older one is written back while they sync', () => {
    const rows = new Rows<string, Row>({ rows: 10, size: 1000 })
    for (const [index, text] of ['older', 'newest'].entries()) {
      rows.keep('a')
      rows.put('a', row(text))
      rows.takeGroup()
      if (index === 0) rows.synced(1)
    }
    writeBack(rows, 1)
    rows.synced(2)
    expect(rows.get('a')).to.deep.equal(row('newest'))
    expect([...rows.unwritten()].map((one) => [one.row, one.stored])).to.deep.equal([
      [row('newest'), row('older')],
    ])
  })
})

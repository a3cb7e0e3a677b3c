import { expect } from 'chai'
import { Newest } from '../../shared/newest.ts'

describe('the newest of what was added', () => {
  const newest = (most: number, ...items: string[]) => {
    const kept = new Newest<string>(most)
    for (const item of items) kept.add(item)
    return ['a', 'b', 'c'].filter((item) => kept.has(item))
  }

  it('are kept up to the number', () => {
    expect(newest(2, 'a', 'b')).to.deep.equal(['a', 'b'])
    expect(newest(2, 'a', 'b', 'c')).to.deep.equal(['b', 'c'])
  })

  it('are those that were added last, also if it was not the first time', () => {
    expect(newest(2, 'a', 'b', 'a', 'c')).to.deep.equal(['a', 'c'])
  })
})

import { expect } from 'chai'
import { timesIn, treeTicks } from './process-tree.ts'

describe('the processor time of a server', () => {
  it('is read from behind a name that may hold anything', () => {
    const stat = '42 (a b) c) S 7 42 42 0 -1 4194304 1 2 3 4 100 20 3 4 20 0 9 0 5 6 7'
    expect(timesIn(stat)).deep.equal({ parent: 7, ticks: 127 })
  })

  it('counts all processes below it and nothing beside it', () => {
    const all = new Map([
      [1, { parent: 0, ticks: 1000 }],
      [10, { parent: 1, ticks: 1 }],
      [11, { parent: 10, ticks: 20 }],
      [12, { parent: 11, ticks: 300 }],
      [20, { parent: 1, ticks: 5000 }],
    ])
    expect(treeTicks(10, all)).equal(321)
  })
})

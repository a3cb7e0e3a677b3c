import { expect } from 'chai'
import type { Memory } from '../../load/measured-hub.ts'
import { settledMemory } from './settled.ts'

const memoryOf = (rssBytes: number): Memory => ({
  rssBytes,
  ownBytes: 0,
  mappedBytes: 0,
  heapUsedBytes: 0,
  heapTotalBytes: 0,
  externalBytes: 0,
  handles: 0,
})

describe('the settled memory of a hub', () => {
  it('is what is left when it falls no more', async () => {
    const falling = [500, 300, 200, 199.5, 100]
    const asked: unknown[] = []
    const hub = {
      memory: async (options?: object) => {
        asked.push(options)
        return memoryOf(falling.shift()!)
      },
    }
    const settled = await settledMemory(hub, async () => {})
    expect(settled.rssBytes).to.equal(199.5)
    expect(asked).to.deep.equal(Array(4).fill({ collect: true }))
  })
})

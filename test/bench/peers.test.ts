import { expect } from 'chai'
import { peerCheck, peerLines, withPeers } from './peers.ts'

const measured = (peer: string, eventsPerSecond: number, durable: boolean) => ({
  peer,
  version: '1.0',
  durable: durable ? 'yes: synced' : 'no: in memory',
  eventsPerSecond,
  serverMicrosPerEvent: 10,
  p50Ms: 1,
  p99Ms: 2,
})

describe('peers in the benchmark', () => {
  it('compares with the fastest of those that are durable at confirm', () => {
    const found = [
      measured('slow', 10_000, true),
      measured('fast', 20_000, true),
      measured('loose', 90_000, false),
    ]
    expect(peerCheck(60_000, found)).to.include({
      value: 3,
      must: 2,
      what: 'events/s, of fast, the best durable peer',
    })
  })

  it('compares with none if none was there', () => {
    expect(
      peerCheck(1, [{ peer: 'redis', skipped: 'no redis-server here' }, measured('loose', 1, false)]),
    ).to.equal(null)
  })

  it('leaves all results but S1 as they are', () => {
    const failed = { scenario: 'S1', name: '', title: '', ok: false, isGoalMet: false, fault: 'lost' }
    const other = { ...failed, scenario: 'S2' }
    for (const result of [failed, other])
      expect(withPeers(result, [measured('fast', 1, true)], false)).to.equal(result)
  })

  it('names who was skipped, and why', () => {
    const [line] = peerLines([{ peer: 'redis', skipped: 'no redis-server here' }])
    expect(line).to.equal('redis: skipped, no redis-server here')
  })
})

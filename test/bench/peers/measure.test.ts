import { tmpdir } from 'node:os'
import { expect } from 'chai'
import { measure } from './measure.ts'
import { redis } from './servers/redis.ts'

describe('a peer', () => {
  it('whose server is not on the machine is skipped by name, with what to install', async () => {
    const peer = { ...redis, programs: ['no-such-server'] }
    const outcome = await measure(peer, { orders: 1, open: 1, rounds: 1, dataDir: tmpdir() })
    expect(outcome).deep.equal({
      peer: 'Redis Streams',
      skipped: 'no-such-server not found: apt-get install redis-server',
    })
  })
})

import { expect } from 'chai'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { countParticipants, seedParticipants } from './seeding.ts'
import { tillsOf } from './tills.ts'

describe('a seeded data folder', () => {
  it('knows its participants as away, so that a hub queues for them', async () => {
    const folder = temporaryFolder()
    await seedParticipants(folder, tillsOf(['a', 'b', 'c'], 2), 2)
    expect(await countParticipants(folder, () => true)).to.deep.equal({ participants: 6, queued: 0 })
    expect(await countParticipants(folder, (id) => id.startsWith('vendor/b/'))).to.have.property(
      'participants',
      2,
    )
  })

  it('holds the hub’s own bound of participants a store', async () => {
    const folder = temporaryFolder()
    await seedParticipants(folder, tillsOf(['a'], 3), 2)
    expect(await countParticipants(folder, () => true)).to.have.property('participants', 2)
  })
})

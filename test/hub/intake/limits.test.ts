import { expect } from 'chai'
import { newParticipant, type ParticipantRecord } from '../../../hub/domain/participant.ts'
import { pickupRefusal } from '../../../hub/intake/limits.ts'
import { FLEET } from '../../../shared/ids.ts'

const queue = (counts: Partial<ParticipantRecord>): ParticipantRecord => ({
  ...newParticipant(FLEET, 0),
  ...counts,
})

describe('limits', () => {
  const refusalOf = (queues: readonly (ParticipantRecord | undefined)[], isDiskLow = false) =>
    pickupRefusal(queues, { queueLength: 3, isDiskLow })?.code ?? null

  it('[IN5] refuses while any queue concerned holds as many as it may, retries included, dead letters not', () => {
    expect(refusalOf([queue({ queued: 2 }), queue({ queued: 1, retrying: 1, dead: 9 })])).to.equal(null)
    expect(refusalOf([queue({}), queue({ queued: 3 })])).to.equal('queue-full')
    expect(refusalOf([queue({ queued: 1, retrying: 2 })])).to.equal('queue-full')
    expect(refusalOf([undefined])).to.equal(null)
  })

  it('[IN5] refuses while the disk is low', () => {
    expect(refusalOf([queue({})], true)).to.equal('disk-low')
  })
})

import { expect } from 'chai'
import sinon from 'sinon'
import type { Identity } from '../../../hub/access/identity.ts'
import { Lives } from '../../../hub/access/lives.ts'
import type { ParticipantId } from '../../../shared/ids.ts'

const lifeOf = (id: string, expiresMs: number) => {
  const identity: Identity = {
    role: 'driver',
    participant: `driver/${id}` as ParticipantId,
    id,
    issuedMs: 0,
    expiresMs,
  }
  return { identity, end: sinon.stub() }
}

describe('lives', () => {
  it('[AC8] end when their time has come, each once', () => {
    const lives = new Lives()
    const [first, second] = [lifeOf('a', 100), lifeOf('b', 200)]
    lives.add(second)
    lives.add(first)
    lives.endExpired(99)
    sinon.assert.notCalled(first.end)
    lives.endExpired(100)
    lives.endExpired(150)
    expect(first.end.args).to.deep.equal([
      [{ code: 'token-expired', message: 'The token of this connection has expired.' }],
    ])
    sinon.assert.notCalled(second.end)
    lives.endExpired(1000)
    sinon.assert.calledOnce(second.end)
    expect(lives.size).to.equal(0)
  })

  it('[AC9] last as long as the newest token of theirs', () => {
    const lives = new Lives()
    const life = lifeOf('a', 100)
    lives.add(life)
    life.identity = { ...life.identity, expiresMs: 300 }
    lives.endExpired(299)
    sinon.assert.notCalled(life.end)
    lives.endExpired(300)
    sinon.assert.calledOnce(life.end)
  })

  it('[AC8] that have ended otherwise are forgotten', () => {
    const lives = new Lives()
    const life = lifeOf('a', 100)
    lives.add(life)
    lives.remove(life)
    lives.endExpired(1000)
    sinon.assert.notCalled(life.end)
  })

  it('[AC10] of one participant end all, and those of no other', () => {
    const lives = new Lives()
    const all = [lifeOf('a', 100), lifeOf('a', 200), lifeOf('ab', 100)]
    for (const life of all) lives.add(life)
    lives.endAllOf('driver/a' as ParticipantId, { code: 'token-revoked', message: 'gone' })
    expect(all.map(({ end }) => end.callCount)).to.deep.equal([1, 1, 0])
    expect(lives.size).to.equal(1)
  })
})

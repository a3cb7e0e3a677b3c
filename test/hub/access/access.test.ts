import { expect } from 'chai'
import sinon from 'sinon'
import { OPEN_ACCESS, TokenAccess } from '../../../hub/access/access.ts'
import { type Identity, isRefusal } from '../../../hub/access/identity.ts'
import type { Keys } from '../../../hub/access/keys.ts'
import { Revocations } from '../../../hub/access/revocations.ts'
import { CLOCK_TOLERANCE_MS, LONGEST_LIFETIME_MS } from '../../../hub/access/tokens.ts'
import type { ParticipantId } from '../../../shared/ids.ts'
import { openTestLedger, type TestLedger, turning } from '../../support/ledger.ts'
import { newKeys, tokenFor } from '../../support/tokens.ts'

const DRIVER = 'driver/d' as ParticipantId

const loadOn = ({ ledger, clock }: TestLedger, most?: number): Promise<Revocations> => {
  const port = {
    submit: ledger.submit.bind(ledger),
    revocations: (after: string, limit: number) => ledger.reads.revocations(after, limit),
  }
  return Revocations.load({ ledger: port, ...(most === undefined ? {} : { most }) }, clock.now())
}

interface Stage extends TestLedger {
  readonly keys: Keys
  readonly access: TokenAccess
}

const accessOn = async (opened: TestLedger, { keys = newKeys(), most = 10 } = {}): Promise<Stage> => {
  const { clock } = opened
  const revocations = await loadOn(opened, most)
  return { ...opened, keys, access: new TokenAccess({ keys, revocations, clock, nowMs: () => clock.now() }) }
}

const openAccess = async (most?: number): Promise<Stage> =>
  accessOn(await openTestLedger(), most === undefined ? {} : { most })

const tokenNow = (
  { keys, clock }: Stage,
  participant: string = DRIVER,
  lifetimeMs = 60_000,
): Promise<string> => tokenFor(keys, participant, { nowMs: clock.now(), lifetimeMs })

const codeOf = async ({ access }: Stage, token: string | null): Promise<string> => {
  const found = await access.identify(token)
  return isRefusal(found) ? found.code : found.participant
}

const revoke = ({ access, clock }: Stage, participant: ParticipantId) =>
  turning(clock, access.revoke(participant))

describe('access with a key', () => {
  it('[AC1][AC2] is for whom a token names, and not for one without', async () => {
    const stage = await openAccess()
    expect(await codeOf(stage, await tokenNow(stage))).to.equal(DRIVER)
    expect(await codeOf(stage, null)).to.equal('token-missing')
    expect(await codeOf(stage, 'nonsense')).to.equal('token-invalid')
  })

  it('[AC7] answers in the order in which it was asked', async () => {
    const stage = await openAccess()
    const tokens = [await tokenNow(stage), null, 'nonsense', await tokenNow(stage, 'driver/e'), null]
    const answered: number[] = []
    await Promise.all(
      tokens.map((token, index) => stage.access.identify(token).then(() => answered.push(index))),
    )
    expect(answered).to.deep.equal([0, 1, 2, 3, 4])
  })

  it('[AC8] ends a connection within 5 s of its expiry, and says at once that it has expired', async () => {
    const stage = await openAccess()
    const { access, clock } = stage
    const identity = (await access.identify(await tokenNow(stage))) as Identity
    const live = { identity, end: sinon.stub() }
    access.enter(live)
    clock.advance(59_999)
    expect(access.hasExpired(identity)).to.equal(false)
    sinon.assert.notCalled(live.end)
    clock.advance(1)
    expect(access.hasExpired(identity)).to.equal(true)
    expect(access.refusalOf(identity)).to.have.property('code', 'token-expired')
    clock.advance(5000)
    sinon.assert.calledOnce(live.end)
    access.stop()
  })

  it('[AC10] revokes the tokens that there are, cuts their connections, and takes a token made afterwards', async () => {
    const stage = await openAccess()
    const { access, clock } = stage
    const old = await tokenNow(stage)
    const identity = (await access.identify(old)) as Identity
    const live = { identity, end: sinon.stub() }
    access.enter(live)
    expect(await revoke(stage, DRIVER)).to.equal('revoked')
    expect(live.end.args).to.deep.equal([[{ code: 'token-revoked', message: 'The token has been revoked.' }]])
    expect(access.refusalOf(identity)).to.have.property('code', 'token-revoked')
    expect(await codeOf(stage, old)).to.equal('token-revoked')
    expect(await codeOf(stage, await tokenNow(stage, 'driver/dd'))).to.equal('driver/dd')
    clock.advance(1)
    expect(await codeOf(stage, await tokenNow(stage))).to.equal(DRIVER)
  })

  it('[AC23] takes in what another hub has revoked, and cuts whom it concerns', async () => {
    const stage = await openAccess()
    const other = await accessOn(stage, stage)
    const [old, elsewhere] = [await tokenNow(stage), await tokenNow(stage, 'driver/e')]
    expect(await revoke(stage, DRIVER)).to.equal('revoked')
    stage.clock.advance(1)
    const lives = await Promise.all(
      [old, await tokenNow(stage), elsewhere].map(async (token) => {
        const live = { identity: (await other.access.identify(token)) as Identity, end: sinon.stub() }
        other.access.enter(live)
        return live
      }),
    )
    expect(await codeOf(other, old)).to.equal(DRIVER)
    await turning(stage.clock, other.access.learnRevocations())
    expect(await codeOf(other, old)).to.equal('token-revoked')
    expect(lives.map(({ end }) => end.callCount)).to.deep.equal([1, 0, 0])
    for (const { access } of [stage, other]) access.stop()
  })

  it('[AC11] answers a revocation when it is durable, though it holds at once', async () => {
    const stage = await openAccess()
    const old = await tokenNow(stage)
    let isAnswered = false
    const answer = stage.access.revoke(DRIVER).then(() => {
      isAnswered = true
    })
    expect(await codeOf(stage, old)).to.equal('token-revoked')
    expect(isAnswered).to.equal(false)
    await turning(stage.clock, answer)
  })

  it('[AC11] keeps a revocation over a restart, for as long as a token of before could live', async () => {
    const stage = await openAccess()
    const old = await tokenNow(stage, DRIVER, LONGEST_LIFETIME_MS)
    await revoke(stage, DRIVER)
    const { clock } = stage
    const restarted = await accessOn(stage, stage)
    expect(await codeOf(restarted, old)).to.equal('token-revoked')
    for (const { access } of [stage, restarted]) access.stop()
    clock.advance(LONGEST_LIFETIME_MS + CLOCK_TOLERANCE_MS)
    expect(await stage.ledger.reads.revocations('', 10)).to.have.length(1)
    clock.advance(1)
    await loadOn(stage)
    await turning(clock, new Promise<void>((settled) => stage.ledger.submit({ decide: () => {}, settled })))
    expect(await stage.ledger.reads.revocations('', 10)).to.deep.equal([])
  })

  it('[AC11] loads every revocation, however many there are', async () => {
    const stage = await openAccess(10_000)
    const named = (number: number) => `driver/${number}` as ParticipantId
    const all = Array.from({ length: 2500 }, (_, index) => stage.access.revoke(named(index)))
    await turning(stage.clock, Promise.all(all))
    const loaded = await loadOn(stage)
    for (const number of [0, 999, 1000, 1001, 2499])
      expect(
        loaded.isRevoked({ participant: named(number), issuedMs: stage.clock.now() }),
        `${number}`,
      ).to.equal(true)
  })

  it('[AC11] takes no more revocations than its bound, but a newer one of the same participant', async () => {
    const stage = await openAccess(2)
    for (const id of ['a', 'b'])
      expect(await revoke(stage, `driver/${id}` as ParticipantId)).to.equal('revoked')
    const third = await tokenNow(stage)
    expect(await revoke(stage, DRIVER)).to.equal('too-many-revocations')
    expect(await codeOf(stage, third)).to.equal(DRIVER)
    expect(await revoke(stage, 'driver/a' as ParticipantId)).to.equal('revoked')
    stage.access.stop()
    stage.clock.advance(LONGEST_LIFETIME_MS + CLOCK_TOLERANCE_MS + 1)
    expect(await revoke(stage, DRIVER)).to.equal('revoked')
  })
})

describe('access without a key', () => {
  it('[AC17] takes everybody for an operator, and ends nothing', async () => {
    expect(await OPEN_ACCESS.identify(null)).to.include({ role: 'operator' })
    expect(await OPEN_ACCESS.identify('any token')).to.include({ role: 'operator' })
    expect(await OPEN_ACCESS.revoke(DRIVER)).to.equal('runs-open')
  })
})

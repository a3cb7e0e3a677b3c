import { expect } from 'chai'
import sinon from 'sinon'
import { OPEN_ACCESS } from '../../../hub/access/access.ts'
import type { Identity, Refusal } from '../../../hub/access/identity.ts'
import type { Applicant, Registration, Session } from '../../../hub/sessions/sessions.ts'
import { type AdmissionParts, admission, wrongNamespace } from '../../../hub/sockets/admission.ts'
import type { ParticipantId } from '../../../shared/ids.ts'
import { StubSocket } from './stub-socket.ts'

const VENDOR = { role: 'vendor', store: 'acme' }

/** An admission whose registrations become durable when the test says so. */
const stubAdmission = (access: AdmissionParts['access'] = OPEN_ACCESS) => {
  const applicants: Applicant[] = []
  const replies: ((registration: Registration) => void)[] = []
  const session = { isCurrent: sinon.stub().returns(true), end: sinon.stub(), leave: sinon.stub() }
  const refused = sinon.stub()
  const flapping = { pauseMs: sinon.stub().returns(0), ended: sinon.stub() }
  const isDraining = sinon.stub().returns(false)
  const isAway = sinon.stub().returns(false)
  const admit = admission({
    access,
    register(applicant, reply) {
      applicants.push(applicant)
      replies.push(reply)
    },
    isDraining,
    isAway,
    flapping,
    refused,
  })
  const registered = (): Registration => ({
    kind: 'registered',
    record: null,
    awayMs: 0,
    session: session satisfies Session,
  })
  /** The answer to a connection: undefined while there is none, null when it is let in, else the refusal's data. */
  const apply = (auth: unknown) => {
    const socket = new StubSocket(auth)
    const outcome: { data?: unknown } = {}
    admit(socket, (error) => {
      outcome.data = error === undefined ? null : error.data
    })
    return { socket, outcome }
  }
  return {
    apply,
    applicants,
    registered,
    settle: (it = registered()) => replies.shift()!(it),
    session,
    refused,
    flapping,
    isDraining,
    isAway,
  }
}

describe('admission', () => {
  it('[SK1] refuses a bad handshake with its code before anything is looked up, and counts it', () => {
    const { apply, applicants, refused } = stubAdmission()
    const { outcome } = apply({ role: 'vendor' })
    expect(outcome.data).to.deep.equal({
      code: 'bad-handshake',
      message: 'store: a vendor must name its store',
    })
    expect(applicants).to.deep.equal([])
    expect(refused.args).to.deep.equal([['bad-handshake', '127.0.0.0/24']])
  })

  it('[SK1] refuses a connection to any other namespace', () => {
    const refused = sinon.stub()
    const next = sinon.stub()
    wrongNamespace({ refused })(new StubSocket({}), next)
    expect(next.firstCall.args[0].data).to.deep.equal({
      code: 'bad-handshake',
      message: 'Connect to the namespace /caps.',
    })
    expect(refused.args).to.deep.equal([['bad-handshake', '127.0.0.0/24']])
  })

  it('[SE1] lets a connection in when its participant is durable, not before', () => {
    const { apply, settle } = stubAdmission()
    const { socket, outcome } = apply(VENDOR)
    expect(outcome).to.deep.equal({})
    settle()
    expect(outcome.data).to.equal(null)
    expect(socket.data.admitted).to.deep.include({ handshake: VENDOR })
  })

  it('[SE5] registers drivers and vendors for a queue, but not a vendor that only sends', () => {
    const { apply, applicants } = stubAdmission()
    for (const auth of [VENDOR, { ...VENDOR, receive: false }, { role: 'driver', id: 'd', receive: false }])
      apply(auth)
    expect(applicants.map(({ receives }) => receives)).to.deep.equal([true, false, true])
  })

  it('[SE4] refuses one participant too many', () => {
    const { apply, settle, refused } = stubAdmission()
    const { outcome } = apply(VENDOR)
    settle({ kind: 'too-many-participants' })
    expect(outcome.data).to.have.property('code', 'too-many-participants')
    expect(refused.args).to.deep.equal([['too-many-participants', 'vendor/acme/main']])
  })

  it('[LM5] says when a new participant may come again', () => {
    const { apply, settle } = stubAdmission()
    const { outcome } = apply(VENDOR)
    settle({ kind: 'too-many-new-participants', retryAfterMs: 70 })
    expect(outcome.data).to.include({ code: 'too-many-new-participants', retryAfterMs: 70 })
  })

  it('[LM10] refuses a participant that has to pause, before anything is looked up or taken over', () => {
    const { apply, applicants, flapping } = stubAdmission()
    flapping.pauseMs.withArgs({ participant: 'vendor/acme/main', address: '127.0.0.1' }).returns(1234)
    expect(apply(VENDOR).outcome.data).to.include({ code: 'reconnecting-too-often', retryAfterMs: 1234 })
    expect(apply({ ...VENDOR, store: 'other' }).outcome).to.deep.equal({})
    expect(applicants).to.have.length(1)
  })

  it('[HB5] refuses everybody as not-ready while the hub stops', () => {
    const { apply, applicants, isDraining } = stubAdmission()
    isDraining.returns(true)
    const { outcome } = apply(VENDOR)
    expect(outcome.data).to.have.property('code', 'not-ready')
    expect(applicants).to.deep.equal([])
  })

  it('[PQ7] refuses everybody as not-ready while the database is away', () => {
    const { apply, applicants, isAway } = stubAdmission()
    isAway.returns(true)
    expect(apply(VENDOR).outcome.data).to.have.property('code', 'not-ready')
    expect(applicants).to.deep.equal([])
    isAway.returns(false)
    expect(apply(VENDOR).outcome).to.deep.equal({})
  })

  it('[SE2] refuses a connection that a newer one has overtaken before it was let in', () => {
    const { apply, settle, session } = stubAdmission()
    const { socket, outcome } = apply(VENDOR)
    session.isCurrent.returns(false)
    settle()
    expect(outcome.data).to.have.property('code', 'not-ready')
    expect(socket.conn.listenerCount('close')).to.equal(0)
  })

  it('[SE2] names the newer connection to the older one', () => {
    const { apply, applicants, settle } = stubAdmission()
    const { socket } = apply(VENDOR)
    settle()
    const displaced = sinon.stub()
    socket.data.connection = { displaced, stalled: sinon.stub() }
    applicants[0]!.displaced('the newer one')
    expect(displaced.args).to.deep.equal([['the newer one']])
    expect(applicants[0]!.name).to.equal('socket-1 from 127.0.0.1')
  })

  it('[PQ21] tells whether a connection that waits to be registered is still there', () => {
    const { apply, applicants } = stubAdmission()
    const { socket } = apply(VENDOR)
    expect(applicants[0]!.isGone()).to.equal(false)
    socket.conn.readyState = 'closed'
    expect(applicants[0]!.isGone()).to.equal(true)
  })

  it('[SE3] ends the session of a connection that goes before Socket.IO calls it connected', () => {
    const { apply, settle, session } = stubAdmission()
    const { socket } = apply(VENDOR)
    settle()
    sinon.assert.notCalled(session.end)
    socket.conn.emit('close')
    sinon.assert.calledOnce(session.end)
  })

  it('[SE3] ends the session of a connection that was gone before its participant was durable', () => {
    const { apply, settle, session } = stubAdmission()
    const { socket } = apply(VENDOR)
    socket.conn.readyState = 'closed'
    socket.conn.emit('close')
    settle()
    sinon.assert.calledOnce(session.end)
  })

  describe('with a key', () => {
    const DRIVER: Identity = {
      role: 'driver',
      participant: 'driver/d' as ParticipantId,
      id: 'd',
      issuedMs: 1,
      expiresMs: 2,
    }

    /** An admission whose tokens are verified when the test says so. */
    const keyedAdmission = () => {
      const asked: { token: string | null; answer(found: Identity | Refusal): void }[] = []
      const identify = (token: string | null) =>
        new Promise<Identity | Refusal>((answer) => asked.push({ token, answer }))
      const verified = async (found: Identity | Refusal) => {
        asked.shift()!.answer(found)
        await new Promise<void>((resolve) => setImmediate(resolve))
      }
      return { ...stubAdmission({ isOpen: false, identify }), asked, verified }
    }

    it('[AC1] lets a connection in as whom its token says, once that is verified', async () => {
      const { apply, applicants, asked, verified, settle } = keyedAdmission()
      const { socket, outcome } = apply({ token: 'abc', receive: false })
      expect(asked[0]?.token).to.equal('abc')
      expect(applicants).to.deep.equal([])
      await verified(DRIVER)
      expect(applicants[0]?.sender).to.deep.equal({ role: 'driver', participant: 'driver/d', id: 'd' })
      settle()
      expect(outcome.data).to.equal(null)
      expect(socket.data.admitted).to.deep.include({ identity: DRIVER })
    })

    it('[AC2] refuses a connection with the code of its token, and counts it', async () => {
      const { apply, applicants, asked, verified, refused } = keyedAdmission()
      const { outcome } = apply(VENDOR)
      expect(asked[0]?.token).to.equal(null)
      await verified({ code: 'token-missing', message: 'No token.' })
      expect(outcome.data).to.deep.equal({ code: 'token-missing', message: 'No token.' })
      expect(applicants).to.deep.equal([])
      expect(refused.firstCall.args[0]).to.equal('token-missing')
    })

    it('[AC7] registers nobody whose connection went while its token was looked at', async () => {
      const { apply, applicants, verified } = keyedAdmission()
      const { socket, outcome } = apply({ token: 'abc' })
      socket.conn.readyState = 'closed'
      await verified(DRIVER)
      expect(applicants).to.deep.equal([])
      expect(outcome).to.deep.equal({})
    })

    it('[HB5] refuses whose token is verified when the hub is about to stop', async () => {
      const { apply, applicants, verified, isDraining } = keyedAdmission()
      const { outcome } = apply({ token: 'abc' })
      isDraining.returns(true)
      await verified(DRIVER)
      expect(outcome.data).to.have.property('code', 'not-ready')
      expect(applicants).to.deep.equal([])
    })
  })

  it('[AC7] waits for nothing in open mode', () => {
    const { apply, applicants } = stubAdmission()
    apply(VENDOR)
    expect(applicants).to.have.length(1)
  })
})

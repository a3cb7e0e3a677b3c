import { expect } from 'chai'
import sinon from 'sinon'
import type { Applicant, Registration, Session } from '../../../hub/sessions/sessions.ts'
import { admission, wrongNamespace } from '../../../hub/sockets/admission.ts'
import { StubSocket } from './stub-socket.ts'

const VENDOR = { role: 'vendor', store: 'acme' }

/** An admission whose registrations become durable when the test says so. */
const stubAdmission = () => {
  const applicants: Applicant[] = []
  const replies: ((registration: Registration) => void)[] = []
  const session = { isCurrent: sinon.stub().returns(true), end: sinon.stub(), leave: sinon.stub() }
  const refused = sinon.stub()
  const isDraining = sinon.stub().returns(false)
  const admit = admission({
    register(applicant, reply) {
      applicants.push(applicant)
      replies.push(reply)
    },
    isDraining,
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
    isDraining,
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
    expect(refused.args).to.deep.equal([['bad-handshake']])
  })

  it('[SK1] refuses a connection to any other namespace', () => {
    const refused = sinon.stub()
    const next = sinon.stub()
    wrongNamespace({ refused })(null, next)
    expect(next.firstCall.args[0].data).to.deep.equal({
      code: 'bad-handshake',
      message: 'Connect to the namespace /caps.',
    })
    expect(refused.args).to.deep.equal([['bad-handshake']])
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
    expect(refused.args).to.deep.equal([['too-many-participants']])
  })

  it('[HB5] refuses everybody as not-ready while the hub stops', () => {
    const { apply, applicants, isDraining } = stubAdmission()
    isDraining.returns(true)
    const { outcome } = apply(VENDOR)
    expect(outcome.data).to.have.property('code', 'not-ready')
    expect(applicants).to.deep.equal([])
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
    socket.data.connection = { displaced }
    applicants[0]!.displaced('the newer one')
    expect(displaced.args).to.deep.equal([['the newer one']])
    expect(applicants[0]!.name).to.equal('socket-1 from 127.0.0.1')
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
})

import { expect } from 'chai'
import { CODES, type ConnectCode, type ReceiptCode } from '../../shared/codes.ts'
import { refusal } from '../../shared/refusal.ts'

describe('refusal codes', () => {
  it('[MS9] are words that a program can compare', () => {
    expect(Object.keys(CODES).filter((code) => !/^[a-z]+(-[a-z]+)*$/.test(code))).to.deep.equal([])
  })

  it('[MS9] are divided, in types too, into those of a connection and those of a receipt', () => {
    const connect: Record<ConnectCode, true> = {
      'bad-handshake': true,
      'protocol-version': true,
      'too-many-participants': true,
      'not-ready': true,
      'token-missing': true,
      'token-invalid': true,
      'token-expired': true,
      'token-not-yet-valid': true,
      'token-revoked': true,
      'token-mismatch': true,
      'wrong-role': true,
      'too-many-new-participants': true,
      'reconnecting-too-often': true,
      'authentication-timeout': true,
      binary: true,
    }
    const receipt: ReceiptCode = 'busy'
    const atConnect = Object.entries(CODES).filter(([, { at }]) => at === 'connect')
    expect(atConnect.map(([code]) => code)).to.have.members(Object.keys(connect))
    expect(CODES[receipt].at).to.equal('receipt')
  })

  it('[MS9] say over the wire whether they are temporary', () => {
    expect(refusal('busy', 'wait', { retryAfterMs: 5 })).to.deep.equal({
      ok: false,
      code: 'busy',
      temporary: true,
      message: 'wait',
      retryAfterMs: 5,
    })
    expect(refusal('malformed', 'no').temporary).to.equal(false)
  })
})

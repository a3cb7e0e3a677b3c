/**
 * Every reason for which the hub refuses, in one closed table: the wire carries the code, and docs/PROTOCOL.md is held against this table
 * by a test. A *temporary* refusal may be answered differently later, so a sender keeps the event and tries again; a *permanent*
 * one never will be.
 */

interface Code {
  /** May the very same message be accepted later? */
  readonly temporary: boolean
  /** Where it is answered: a receipt, the `data` of a `connect_error`, or HTTP, which may answer with those of the other two as well. */
  readonly at: 'receipt' | 'connect' | 'http'
}

export const CODES = {
  'bad-handshake': { temporary: false, at: 'connect' },
  'protocol-version': { temporary: false, at: 'connect' },
  'too-many-participants': { temporary: false, at: 'connect' },
  'not-ready': { temporary: true, at: 'connect' },
  'too-many-new-participants': { temporary: true, at: 'connect' },
  'reconnecting-too-often': { temporary: true, at: 'connect' },
  'authentication-timeout': { temporary: true, at: 'connect' },
  'token-missing': { temporary: false, at: 'connect' },
  'token-invalid': { temporary: false, at: 'connect' },
  'token-expired': { temporary: false, at: 'connect' },
  'token-not-yet-valid': { temporary: true, at: 'connect' },
  'token-revoked': { temporary: false, at: 'connect' },
  'token-mismatch': { temporary: false, at: 'connect' },
  'wrong-role': { temporary: false, at: 'connect' },
  binary: { temporary: false, at: 'connect' },

  malformed: { temporary: false, at: 'receipt' },
  'too-large': { temporary: false, at: 'receipt' },
  'batch-too-long': { temporary: false, at: 'receipt' },
  'unknown-message': { temporary: false, at: 'receipt' },
  'not-permitted': { temporary: false, at: 'receipt' },
  'foreign-store': { temporary: false, at: 'receipt' },
  'identity-conflict': { temporary: false, at: 'receipt' },
  'unknown-order': { temporary: false, at: 'receipt' },
  'not-offered': { temporary: false, at: 'receipt' },
  'held-by-another': { temporary: false, at: 'receipt' },
  'out-of-order': { temporary: false, at: 'receipt' },
  'not-held': { temporary: false, at: 'receipt' },
  'token-refused': { temporary: false, at: 'receipt' },
  'has-parcels': { temporary: true, at: 'receipt' },
  'no-longer-connected': { temporary: true, at: 'receipt' },
  'queue-full': { temporary: true, at: 'receipt' },
  'disk-low': { temporary: true, at: 'receipt' },
  'rate-limited': { temporary: true, at: 'receipt' },
  busy: { temporary: true, at: 'receipt' },
  draining: { temporary: true, at: 'receipt' },

  'too-many-connections': { temporary: true, at: 'http' },
  'too-many-newcomers': { temporary: true, at: 'http' },
  'foreign-origin': { temporary: false, at: 'http' },
  'not-found': { temporary: false, at: 'http' },
  'wrong-method': { temporary: false, at: 'http' },
  'bad-request': { temporary: false, at: 'http' },
  'runs-open': { temporary: false, at: 'http' },
  'too-many-revocations': { temporary: true, at: 'http' },
  'hub-fault': { temporary: true, at: 'http' },
} as const satisfies Record<string, Code>

export type RefusalCode = keyof typeof CODES
type CodeAt<Place> = { [C in RefusalCode]: (typeof CODES)[C]['at'] extends Place ? C : never }[RefusalCode]
export type ConnectCode = CodeAt<'connect'>
/** Why a connection is not let in or is ended: also for a message that cannot be answered by itself. */
export type EndCode = ConnectCode | 'malformed' | 'too-large'
export type ReceiptCode = CodeAt<'receipt'>

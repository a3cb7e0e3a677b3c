/**
 * Every reason for which the hub refuses, in one closed table: the wire carries the code, and docs/PROTOCOL.md is held against this table
 * by a test. A *temporary* refusal may be answered differently later, so a sender keeps the event and tries again; a *permanent*
 * one never will be.
 */

interface Code {
  /** May the very same message be accepted later? */
  readonly temporary: boolean
  /** Where it is answered: a receipt, or the `data` of a `connect_error`. */
  readonly at: 'receipt' | 'connect'
}

export const CODES = {
  'bad-handshake': { temporary: false, at: 'connect' },
  'protocol-version': { temporary: false, at: 'connect' },
  'too-many-participants': { temporary: false, at: 'connect' },
  'not-ready': { temporary: true, at: 'connect' },

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
  'has-parcels': { temporary: true, at: 'receipt' },
  'no-longer-connected': { temporary: true, at: 'receipt' },
  'queue-full': { temporary: true, at: 'receipt' },
  'disk-low': { temporary: true, at: 'receipt' },
  'rate-limited': { temporary: true, at: 'receipt' },
  busy: { temporary: true, at: 'receipt' },
  draining: { temporary: true, at: 'receipt' },
} as const satisfies Record<string, Code>

export type RefusalCode = keyof typeof CODES
export type ConnectCode = {
  [C in RefusalCode]: (typeof CODES)[C]['at'] extends 'connect' ? C : never
}[RefusalCode]
export type ReceiptCode = Exclude<RefusalCode, ConnectCode>

/**
 * Who somebody is, for sockets and HTTP alike: what a signed token says, and nothing else; without a key, whoever he says he is. Pure.
 */
import type { ConnectCode } from '../../shared/codes.ts'
import { isId, type OrderKey, type ParticipantId } from '../../shared/ids.ts'

export const ROLES = ['vendor', 'driver', 'observer', 'operator'] as const
export type Role = (typeof ROLES)[number]

/** What a token's subject says: `vendor/<store>/<id>`, `driver/<id>`, `observer/<name>`, `operator/<name>`. */
export interface Subject {
  readonly role: Role
  readonly participant: ParticipantId
  /** Of a vendor only. */
  readonly store?: string
  /** An observer's and an operator's name. */
  readonly id: string
}

export interface Identity extends Subject {
  /** Narrows an observer to this one order. */
  readonly order?: OrderKey
  /** Milliseconds since 1970, by the machine's clock; 0 in open mode. */
  readonly issuedMs: number
  /** From then on it is nobody any more; Infinity in open mode. */
  readonly expiresMs: number
}

/** Why somebody is nobody. The message is for him to read: it tells nothing that he does not know. */
export interface Refusal {
  readonly code: ConnectCode
  readonly message: string
}

export const isRefusal = (found: Identity | Refusal): found is Refusal => 'code' in found

/** null if the text names nobody. */
export const subjectOf = (participant: string): Subject | null => {
  const [role, ...names] = participant.split('/')
  if (!names.every(isId)) return null
  const [first, second] = names
  const name = participant as ParticipantId
  if (role === 'vendor')
    return names.length === 2 ? { role, participant: name, store: first!, id: second! } : null
  if (names.length !== 1) return null
  return role === 'driver' || role === 'observer' || role === 'operator'
    ? { role, participant: name, id: first! }
    : null
}

/** `<store>/<orderId>`; null if the text is none. */
export const orderKeyIn = (text: string): OrderKey | null => {
  const names = text.split('/')
  return names.length === 2 && names.every(isId) ? (text as OrderKey) : null
}

/** Whoever asks a hub without a key over HTTP. */
export const OPEN_OPERATOR: Identity = {
  role: 'operator',
  participant: 'operator/open' as ParticipantId,
  id: 'open',
  issuedMs: 0,
  expiresMs: Number.POSITIVE_INFINITY,
}

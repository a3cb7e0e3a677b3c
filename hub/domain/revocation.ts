import type { ParticipantId } from '../../shared/ids.ts'

/** All tokens of a participant that were issued until then are dead. */
export interface Revocation {
  readonly participant: ParticipantId
  /** Milliseconds since 1970, by the machine's clock. */
  readonly revokedMs: number
}

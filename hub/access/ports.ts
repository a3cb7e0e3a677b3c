/** What access needs of others. */
import type { ParticipantId } from '../../shared/ids.ts'
import type { Revocation } from '../domain/revocation.ts'
import type { Work } from '../domain/work.ts'
import type { Identity, Refusal } from './identity.ts'

export interface RevocationTransaction {
  /** Takes the place of an older one of the participant. */
  putRevocation(revocation: Revocation): void
  removeRevocation(participant: ParticipantId): void
}

/** MUST settle work when it is durable. */
export interface RevocationLedger<T extends RevocationTransaction> {
  submit(work: Work<T>): void
  /** Those that are durable, in the order of their participants, after one (or ''). */
  revocations(after: string, limit: number): Promise<readonly Revocation[]>
}

/** An open connection, as far as it may come to its end here. */
export interface Live {
  /** The newest one that it has proved. */
  readonly identity: Identity
  /** Tells the peer why, and cuts it. */
  end(refusal: Refusal): void
}

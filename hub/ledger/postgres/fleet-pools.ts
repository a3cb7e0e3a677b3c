/** Waiting pickups lie in pools, one a hub: each hub leases from its own, and from that of another only what that one has no driver for. Whoever leases first has it, by the order's version. */
import { FLEET, type ParticipantId } from '../../../shared/ids.ts'

/** Under which name the pool of a hub lies among the queues. */
export const poolOf = (hub: number): string => `${FLEET}/${hub}`

/** Whose queue it is. */
export const queueOf = (name: string): ParticipantId =>
  (name.startsWith(`${FLEET}/`) ? FLEET : name) as ParticipantId

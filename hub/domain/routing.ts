/** Who hears an accepted event: whose queues it is appended to. */
import { FLEET, type ParticipantId } from '../../shared/ids.ts'
import type { EventName } from '../../shared/protocol.ts'
import { LIFECYCLE, type Lifecycle } from './lifecycle.ts'

/** @param audience the participants of the order's store that have a queue */
export const recipientsOf = (
  event: EventName,
  audience: readonly ParticipantId[],
  lifecycle: Lifecycle = LIFECYCLE,
): readonly ParticipantId[] => (lifecycle[event].heardBy === 'fleet' ? [FLEET] : audience)

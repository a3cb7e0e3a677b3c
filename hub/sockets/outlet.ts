/**
 * The way out to one connection: events in one frame if it asked for `batch`, else a frame each with a Socket.IO callback. A peer that does not read is cut when too much waits
 * for it; its queue keeps the rest.
 */
import { decoderOf, HandoverReplySchema } from '../../shared/messages.ts'
import type { HandedEvent } from '../../shared/protocol.ts'
import type { Delivery, Handover, Outlet } from '../delivery/ports.ts'
import { tokenOf } from '../domain/token.ts'
import type { CapsSocket } from './types.ts'

const decodeReply = decoderOf(HandoverReplySchema)

const handedEvent = ({ entry, attempt }: Handover): HandedEvent => {
  const { id, event, time, payload, position, replay } = entry
  return { id, event, time, payload, entry: tokenOf(position), attempt, ...(replay ? { replay } : {}) }
}

/** What a peer answers to a single handover: nothing acknowledges, `{ reject }` rejects, anything else is a mistake that says nothing. */
export const answer = (
  delivery: () => Delivery | null,
  token: string,
  args: readonly unknown[],
  mistaken: () => void,
): void => {
  const [reply] = args
  if (reply === undefined || reply === null) return delivery()?.acknowledge([token])
  const decoded = decodeReply(reply)
  if (decoded.ok) delivery()?.reject([{ entry: token, reason: decoded.value.reject }])
  else mistaken()
}

export interface OutletParts {
  readonly socket: CapsSocket
  readonly isBatched: boolean
  /** The grip on the queue that answers go to; null until it is there. */
  delivery(): Delivery | null
  /** An answer that is none. */
  mistaken(): void
}

export const createOutlet = ({ socket, isBatched, delivery, mistaken }: OutletParts): Outlet => {
  const handOne = (handover: Handover) => {
    const event = handedEvent(handover)
    socket.emit(event.event, event, (...args: unknown[]) => answer(delivery, event.entry, args, mistaken))
  }
  return {
    hand(handovers) {
      if (isBatched) socket.emit('events', handovers.map(handedEvent))
      else for (const handover of handovers) handOne(handover)
    },
  }
}

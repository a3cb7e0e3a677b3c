/**
 * The way out to one connection: events in one frame if it asked for `batch`, else a frame each with a Socket.IO callback.
 */
import { decoderOf, HandoverReplySchema } from '../../shared/messages.ts'
import type { HandedEvent } from '../../shared/protocol.ts'
import type { Delivery, Handover, Outlet } from '../delivery/ports.ts'
import { Handed } from './handed.ts'
import type { PeerSocket } from './types.ts'

const decodeReply = decoderOf(HandoverReplySchema)

const handedEvent = (handover: Handover): HandedEvent => new Handed(handover)

/** What a peer answers to a single handover: nothing acknowledges, `{ reject }` rejects, anything else is a mistake that says nothing. */
const answer = (
  delivery: () => Delivery,
  token: string,
  args: readonly unknown[],
  mistaken: () => void,
): void => {
  const [reply] = args
  if (reply === undefined || reply === null) return delivery().acknowledge([token])
  const decoded = decodeReply(reply)
  if (decoded.ok) delivery().reject([{ entry: token, reason: decoded.value.reject }])
  else mistaken()
}

export interface OutletParts {
  readonly socket: PeerSocket
  readonly isBatched: boolean
  /** Callbacks that may be open; the oldest of more are forgotten. */
  readonly mostCallbacks: number
  /** The grip on the queue that answers go to. */
  delivery(): Delivery
  /** An answer that is none. */
  mistaken(): void
}

/** Inside of Socket.IO: the callbacks that were not called yet, oldest first. */
interface Open {
  readonly acks?: Map<number, unknown>
}

/** Socket.IO keeps a callback until it is called or the connection ends: for ever, if the peer acknowledges with messages instead, or never. */
const forgetOldest = (socket: PeerSocket, most: number): void => {
  const { acks } = socket as unknown as Open
  for (const id of acks?.keys() ?? []) {
    if (acks!.size <= most) return
    acks!.delete(id)
  }
}

export const createOutlet = ({
  socket,
  isBatched,
  mostCallbacks,
  delivery,
  mistaken,
}: OutletParts): Outlet => {
  const handOne = (handover: Handover) => {
    const event = handedEvent(handover)
    socket.emit(event.event, event, (...args: unknown[]) => answer(delivery, event.entry, args, mistaken))
  }
  return {
    hand(handovers) {
      if (isBatched) return void socket.emit('events', handovers.map(handedEvent))
      for (const handover of handovers) handOne(handover)
      forgetOldest(socket, mostCallbacks)
    },
  }
}

/**
 * The way out to one connection: events in one frame if it asked for `batch`, else a frame each with a Socket.IO callback.
 */
import type { RefusalCode } from '../../shared/codes.ts'
import { decoderOf, HandoverReplySchema } from '../../shared/messages.ts'
import type { Identity } from '../access/identity.ts'
import { mayHear } from '../access/rights.ts'
import type { Delivery, Handover, Outlet } from '../delivery/ports.ts'
import { Handed } from './handed.ts'
import type { PeerSocket } from './types.ts'

const decodeReply = decoderOf(HandoverReplySchema)

/** The connection, as its outlet needs it. */
export interface Receiver {
  readonly socket: PeerSocket
  readonly identity: Identity
  /** Has the peer been given up because it does not read? */
  isCut(): boolean
  /** The grip on the queue that answers go to. */
  delivery(): Delivery
  /** Something was withheld from it. */
  refused(code: RefusalCode): void
  /** An answer that is none. */
  ignored(): void
}

/** All of them, unless the ledger has put something into a queue that is not for its participant. */
const permitted = (receiver: Receiver, handovers: readonly Handover[]): readonly Handover[] => {
  const mayHearIt = ({ entry }: Handover) => mayHear(receiver.identity, entry.event, entry.payload.store)
  if (handovers.every(mayHearIt)) return handovers
  receiver.refused('foreign-store')
  return handovers.filter(mayHearIt)
}

/** What a peer answers to a single handover: nothing acknowledges, `{ reject }` rejects, anything else is a mistake that says nothing. */
const answer = (receiver: Receiver, token: string, args: readonly unknown[]): void => {
  const [reply] = args
  if (reply === undefined || reply === null) return receiver.delivery().acknowledge([token])
  const decoded = decodeReply(reply)
  if (decoded.ok) receiver.delivery().reject([{ entry: token, reason: decoded.value.reject }])
  else receiver.ignored()
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

export interface OutletOptions {
  readonly isBatched: boolean
  /** Callbacks that may be open; the oldest of more are forgotten. */
  readonly mostCallbacks: number
}

export class SocketOutlet implements Outlet {
  readonly #receiver: Receiver
  readonly #options: OutletOptions

  constructor(receiver: Receiver, options: OutletOptions) {
    this.#receiver = receiver
    this.#options = options
  }

  hand(handovers: readonly Handover[]): void {
    const receiver = this.#receiver
    if (receiver.isCut()) return
    const { isBatched, mostCallbacks } = this.#options
    const heard = permitted(receiver, handovers)
    if (isBatched)
      return void receiver.socket.emit(
        'events',
        heard.map((one) => new Handed(one)),
      )
    for (const handover of heard) handOne(receiver, handover)
    forgetOldest(receiver.socket, mostCallbacks)
  }
}

const handOne = (receiver: Receiver, handover: Handover): void => {
  const event = new Handed(handover)
  receiver.socket.emit(event.event, event, (...args: unknown[]) => answer(receiver, event.entry, args))
}

/**
 * One connection from its admission to its end: it gets its welcome, its grip on the queue, its handlers; loses the grip when a newer connection takes over; and is cut when it does not
 * read. What comes before the end of the admission cannot exist: Socket.IO delivers nothing before.
 */

import { PROTOCOL_VERSION } from '../../shared/messages.ts'
import type { Receipt, Refused, Welcome } from '../../shared/protocol.ts'
import { refusal } from '../../shared/refusal.ts'
import type { Delivery, Outlet } from '../delivery/ports.ts'
import type { Sender } from '../domain/order.ts'
import { owedTo } from '../domain/participant.ts'
import type { Publisher } from '../intake/intake.ts'
import { HANDLERS, type Peer } from './handlers.ts'
import { createOutlet } from './outlet.ts'
import type { ConnectionReports, Deliveries, Orders } from './ports.ts'
import { splitCallback } from './reply.ts'
import { waitingBytes } from './slow-reader.ts'
import type { Admitted, CapsSocket } from './types.ts'

export interface ConnectionOptions {
  readonly window: number
  readonly greatestWindow: number
  readonly capacity: number
  readonly greatestCapacity: number
  readonly batchLength: number
  readonly eventBytes: number
  readonly frameBytes: number
  /** Bytes that may wait for a peer that does not read. */
  readonly outgoingBytes: number
}

export interface ConnectionParts {
  readonly deliveries: Deliveries
  readonly intake: { open(sender: Sender): Publisher }
  readonly orders: Orders
  readonly reports: ConnectionReports
  readonly options: ConnectionOptions
  readonly now: () => number
}

const sizesOf = ({ handshake }: Admitted, options: ConnectionOptions) => ({
  window: Math.min(handshake.window ?? options.window, options.greatestWindow),
  capacity: Math.min(handshake.capacity ?? options.capacity, options.greatestCapacity),
})

const welcomeOf = (
  { sender, registration }: Admitted,
  sizes: ReturnType<typeof sizesOf>,
  options: ConnectionOptions,
): Welcome => {
  const { eventBytes, frameBytes, batchLength } = options
  return {
    participant: sender.participant,
    protocol: PROTOCOL_VERSION,
    awayMs: registration.awayMs,
    queued: registration.record === null ? 0 : owedTo(registration.record),
    window: sizes.window,
    ...(sender.role === 'driver' ? { capacity: sizes.capacity } : {}),
    limits: { eventBytes, frameBytes, batchLength },
  }
}

/** The grip on the queue; null for a vendor that only sends. */
const attach = (parts: ConnectionParts, admitted: Admitted, outlet: Outlet): Delivery | null => {
  const { sender, registration } = admitted
  const sizes = sizesOf(admitted, parts.options)
  if (sender.role === 'driver') return parts.deliveries.attachDriver(sender.id, outlet, sizes.capacity)
  return registration.record === null
    ? null
    : parts.deliveries.attachQueue(registration.record, outlet, sizes.window)
}

/** Drops what a lost grip would still be asked to do, and counts it. */
const lostGrip = (reports: ConnectionReports): Delivery => ({
  acknowledge: (tokens) => reports.ignored(tokens.length),
  reject: (rejections) => reports.ignored(rejections.length),
  detach: () => {},
})

const relayPosition = (
  socket: CapsSocket,
  parts: ConnectionParts,
  position: { lat: number; lng: number },
): void => {
  const { id } = socket.data.admitted!.sender
  const time = new Date(parts.now()).toISOString()
  for (const store of parts.orders.storesServedBy(id))
    socket.nsp.to(store).volatile.emit('position', { ...position, driver: id, time })
}

const cutIfSlow = (socket: CapsSocket, parts: ConnectionParts): boolean => {
  if (waitingBytes(socket) <= parts.options.outgoingBytes) return false
  parts.reports.cut(socket.data.admitted!.sender.participant)
  // Not a disconnect packet, which would wait behind all the rest.
  socket.conn.close(true)
  return true
}

/** The peer that the handlers see; `grip` changes when a newer connection takes over. */
const peerOf = (socket: CapsSocket, parts: ConnectionParts, grip: () => Delivery | null): Peer => {
  const { sender, registration } = socket.data.admitted!
  return {
    sender,
    session: registration.session,
    publisher: parts.intake.open(sender),
    orders: parts.orders,
    delivery: grip,
    relayPosition: (position) => relayPosition(socket, parts, position),
    left: () => {
      grip()?.detach()
      registration.session.end()
      socket.disconnect()
    },
    ignored: () => parts.reports.ignored(1),
  }
}

const NOT_CONNECTED = refusal('no-longer-connected', 'Another connection has taken this participant over.')

const answerOf =
  (socket: CapsSocket, parts: ConnectionParts, callback: ((answer: object) => void) | null) =>
  (answer: Receipt | Refused | object): void => {
    if (callback === null) parts.reports.unheard(!('ok' in answer) || answer.ok === true)
    else if (socket.connected && !cutIfSlow(socket, parts)) callback(answer)
  }

const dispatch = (
  socket: CapsSocket,
  parts: ConnectionParts,
  peer: Peer,
  message: [string, ...unknown[]],
): void => {
  const [name, ...rest] = message
  const { args, callback } = splitCallback(rest)
  const answer = answerOf(socket, parts, callback)
  if (!peer.session.isCurrent()) return answer(NOT_CONNECTED)
  const handler = HANDLERS.get(name)
  if (handler === undefined)
    return answer(refusal('unknown-message', `There is no message ${JSON.stringify(name.slice(0, 64))}.`))
  handler(peer, args[0], answer)
}

export const accept = (socket: CapsSocket, parts: ConnectionParts): void => {
  const admitted = socket.data.admitted!
  const { participant } = admitted.sender
  let grip: Delivery | null = null
  const direct = createOutlet({
    socket,
    isBatched: admitted.handshake.batch === true,
    delivery: () => grip,
    mistaken: () => parts.reports.ignored(1),
  })
  const outlet: Outlet = {
    hand: (handovers) => {
      if (!cutIfSlow(socket, parts)) direct.hand(handovers)
    },
  }

  const loseGrip = () => {
    grip?.detach()
    grip = lostGrip(parts.reports)
  }
  socket.data.onDisplaced = (by) => {
    loseGrip()
    parts.reports.displaced(participant, by)
    socket.emit('displaced', { by })
    socket.disconnect()
  }
  socket.on('disconnect', (reason) => {
    loseGrip()
    admitted.registration.session.end()
    parts.reports.disconnected(participant, reason)
  })
  // Taken over between its admission and now: nobody could tell it yet.
  if (!admitted.registration.session.isCurrent()) return socket.data.onDisplaced('a newer connection')
  // A socket's private room bears its id, and a store may be named like one: nobody else is to be in it.
  void socket.leave(socket.id)
  if (admitted.sender.role === 'vendor') void socket.join(admitted.sender.store)

  const peer = peerOf(socket, parts, () => grip)
  socket.onAny((...message: [string, ...unknown[]]) => dispatch(socket, parts, peer, message))
  parts.reports.connected(participant)
  socket.emit('welcome', welcomeOf(admitted, sizesOf(admitted, parts.options), parts.options))
  grip = attach(parts, admitted, outlet)
}

/**
 * One connection from its admission to its end: it gets its welcome and its grip on the queue; loses the grip when a newer connection takes over; and is cut when it does not
 * read. What comes before the end of the admission cannot exist: Socket.IO delivers nothing before.
 *
 * open -> displaced (told by whom; refused in words) -> closed; open -> closed
 */
import type { Clock } from '../../shared/clock.ts'
import { type Position, PROTOCOL_VERSION } from '../../shared/messages.ts'
import type { Welcome } from '../../shared/protocol.ts'
import type { Delivery, Outlet } from '../delivery/ports.ts'
import type { Sender } from '../domain/order.ts'
import { owedTo } from '../domain/participant.ts'
import type { Publisher } from '../intake/intake.ts'
import { dispatch, type Line } from './dispatch.ts'
import { createFrameLimit } from './frame-limit.ts'
import type { Peer } from './handlers.ts'
import { createOutlet } from './outlet.ts'
import type { ConnectionReports, Deliveries, Orders } from './ports.ts'
import { slowReaderGuard } from './slow-reader.ts'
import type { Admitted, PeerSocket } from './types.ts'

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
  readonly clock: Pick<Clock, 'now' | 'after'>
}

/** Between telling a connection that it is displaced and closing it. */
const DISPLACED_GRACE_MS = 500
/** Answers to handovers that are late, besides those in flight. */
const LATE_CALLBACKS = 1000

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

/** Drops what it is asked to do, and counts it. */
const noGrip = (reports: ConnectionReports): Delivery => ({
  acknowledge: (tokens) => reports.ignored(tokens.length),
  reject: (rejections) => reports.ignored(rejections.length),
  detach: () => {},
})

class Connection {
  readonly #socket: PeerSocket
  readonly #parts: ConnectionParts
  readonly #admitted: Admitted
  readonly #sizes: ReturnType<typeof sizesOf>
  readonly #line: Line
  /** On the queue; a vendor that only sends has none. */
  #grip: Delivery
  #cancelClosing = () => {}

  constructor(socket: PeerSocket, parts: ConnectionParts) {
    const { reports, options } = parts
    this.#socket = socket
    this.#parts = parts
    this.#admitted = socket.data.admitted!
    this.#sizes = sizesOf(this.#admitted, options)
    this.#grip = noGrip(reports)
    this.#line = {
      socket,
      reports,
      peer: this.#peer(),
      frameLimit: createFrameLimit(socket.conn, options.frameBytes),
      isCut: slowReaderGuard(socket, {
        bytes: options.outgoingBytes,
        exceeded: () => reports.cut(this.#admitted.sender.participant),
      }),
    }
  }

  open(): void {
    const { sender, registration, gone } = this.#admitted
    const socket = this.#socket
    // From here on Socket.IO tells of the end itself; the transport's connection may outlive many of these.
    socket.conn.off('close', gone)
    socket.on('disconnect', (reason) => this.#ended(reason))
    socket.onAny((...message) => dispatch(this.#line, message))
    // A socket's private room bears its id, and a store may be named like one: nobody else is to be in it.
    void socket.leave(socket.id)
    socket.data.onDisplaced = (by) => this.#displaced(by)
    // Taken over between its admission and now: nobody could tell it yet.
    if (!registration.session.isCurrent()) return this.#displaced('a newer connection')
    if (sender.role === 'vendor') void socket.join(sender.store)
    this.#parts.reports.connected(sender.participant)
    socket.emit('welcome', welcomeOf(this.#admitted, this.#sizes, this.#parts.options))
    this.#grip = this.#attach()
  }

  #attach(): Delivery {
    const { sender, registration } = this.#admitted
    const { deliveries, reports } = this.#parts
    const { window, capacity } = this.#sizes
    if (sender.role === 'driver')
      return deliveries.attachDriver(sender.id, this.#outlet(window), { capacity, entries: window })
    return registration.record === null
      ? noGrip(reports)
      : deliveries.attachQueue(registration.record, this.#outlet(window), window)
  }

  /** @param entries that may be in flight */
  #outlet(entries: number): Outlet {
    const outlet = createOutlet({
      socket: this.#socket,
      isBatched: this.#admitted.handshake.batch === true,
      mostCallbacks: LATE_CALLBACKS + 2 * entries,
      delivery: () => this.#grip,
      mistaken: () => this.#parts.reports.ignored(1),
    })
    return {
      hand: (handovers) => {
        if (!this.#line.isCut()) outlet.hand(handovers)
      },
    }
  }

  #peer(): Peer {
    const { sender, registration } = this.#admitted
    const { intake, orders, reports } = this.#parts
    return {
      sender,
      session: registration.session,
      publisher: intake.open(sender),
      orders,
      delivery: () => this.#grip,
      relayPosition: (position) => this.#relayPosition(position),
      left: () => {
        this.#loseGrip()
        registration.session.end()
        this.#socket.disconnect()
      },
      ignored: () => reports.ignored(1),
      refused: (code) => reports.refused(code),
      requests: { waiting: 0 },
    }
  }

  #relayPosition(position: Position): void {
    const { id } = this.#admitted.sender
    const time = new Date(this.#parts.clock.now()).toISOString()
    for (const store of this.#parts.orders.storesServedBy(id))
      this.#socket.nsp.to(store).volatile.emit('position', { ...position, driver: id, time })
  }

  #loseGrip(): void {
    this.#grip.detach()
    this.#grip = noGrip(this.#parts.reports)
  }

  #displaced(by: string): void {
    const { sender } = this.#admitted
    this.#loseGrip()
    if (sender.role === 'vendor') void this.#socket.leave(sender.store)
    this.#parts.reports.displaced(sender.participant, by)
    this.#socket.emit('displaced', { by })
    // Receipts that are under way still reach it, and what it sends meanwhile is refused in words.
    this.#cancelClosing = this.#parts.clock.after(DISPLACED_GRACE_MS, () => this.#socket.disconnect())
  }

  #ended(reason: string): void {
    const { sender, registration } = this.#admitted
    this.#cancelClosing()
    this.#line.frameLimit.stop()
    this.#loseGrip()
    registration.session.end()
    this.#parts.reports.disconnected(sender.participant, reason)
  }
}

/** Takes over a connection that admission has let in. */
export const accept = (socket: PeerSocket, parts: ConnectionParts): void =>
  new Connection(socket, parts).open()

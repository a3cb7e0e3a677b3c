/**
 * One connection from its admission to its end: it gets its welcome and its grip on the queue; loses the grip when a newer connection takes over; and is cut when it does not
 * read. What comes before the end of the admission cannot exist: Socket.IO delivers nothing before.
 *
 * open -> displaced (told by whom; refused in words) -> closed; open -> ended (its token expired or was revoked; told why, heard no longer) -> closed; open -> closed
 */
import type { Clock } from '../../shared/clock.ts'
import type { RefusalCode } from '../../shared/codes.ts'
import type { Position } from '../../shared/messages.ts'
import type { ConnectRefusal } from '../../shared/protocol.ts'
import type { Access } from '../access/access.ts'
import { type Identity, isRefusal } from '../access/identity.ts'
import type { Live } from '../access/ports.ts'
import type { Delivery } from '../delivery/ports.ts'
import type { Sender } from '../domain/order.ts'
import { isoTime } from '../domain/time.ts'
import type { Publisher } from '../intake/intake.ts'
import type { Session } from '../sessions/sessions.ts'
import { dispatch, type Line } from './dispatch.ts'
import { FrameLimit, type Hearer } from './frame-limit.ts'
import { type Ends, Gathering } from './gathering.ts'
import { attach, NoGrip } from './grip.ts'
import { renewalRefusal } from './identity.ts'
import type { Receiver } from './outlet.ts'
import { Pace, type Paced, type PaceOptions } from './pace.ts'
import { endTelling } from './peer-refusals.ts'
import type { ConnectionReports, Deliveries, Orders } from './ports.ts'
import { cutSoon, waitingBytes } from './slow-reader.ts'
import type { Admitted, Callback, Came, PeerListener, PeerSocket } from './types.ts'
import { type SizeOptions, sizesOf, type WelcomeOptions, welcomeOf } from './welcome.ts'

export interface ConnectionOptions extends PaceOptions, SizeOptions, WelcomeOptions {
  /** Bytes that may wait for a peer that does not read. */
  readonly outgoingBytes: number
}

export interface ConnectionParts {
  readonly deliveries: Deliveries
  readonly intake: { open(sender: Sender): Publisher }
  readonly orders: Orders
  readonly reports: ConnectionReports
  readonly access: Access
  readonly options: ConnectionOptions
  readonly clock: Pick<Clock, 'now' | 'after'>
}

/** Between telling a connection that it is displaced and closing it. */
const DISPLACED_GRACE_MS = 500

/** It is all that its messages and its outlet ask for in one object: thousands of connections do nothing but be there, and each function of its own would take as much memory as the rest. */
class Connection implements Line, Receiver, Live, Hearer, Paced, PeerListener, Ends {
  readonly socket: PeerSocket
  readonly sender: Sender
  readonly session: Session
  readonly frameLimit: FrameLimit
  readonly requests = { waiting: 0 }
  readonly #parts: ConnectionParts
  #identity: Identity
  /** Made with the first message. */
  #gathering: Gathering | null = null
  #publisher: Publisher | null = null
  #pace: Pace | null = null
  /** On the queue; a vendor that only sends has none. */
  #grip: Delivery | null = null
  #isCut = false
  #cancelClosing: (() => void) | null = null

  constructor(socket: PeerSocket, { identity, sender, registration }: Admitted, parts: ConnectionParts) {
    this.socket = socket
    this.#identity = identity
    this.sender = sender
    this.session = registration.session
    this.#parts = parts
    this.frameLimit = new FrameLimit(socket.conn, parts.options.frameBytes, this)
  }

  open(admitted: Admitted): void {
    const { socket, sender } = this
    // From here on Socket.IO tells of the end itself; the transport's connection may outlive many of these.
    socket.conn.off('close', admitted.gone)
    socket.on('disconnect', (reason) => this.#ended(reason))
    socket.listen(this)
    // A socket's private room bears its id, and a store may be named like one: nobody else is to be in it.
    void socket.leave(socket.id)
    socket.data.connection = this
    // Taken over between its admission and now: nobody could tell it yet.
    if (!this.session.isCurrent()) return this.displaced('a newer connection')
    // Its token has expired since it was verified, or was revoked.
    const refusal = this.#parts.access.refusalOf(this.#identity)
    if (refusal !== null) return this.end(refusal)
    this.#parts.access.enter(this)
    if (sender.role === 'vendor') void socket.join(sender.store)
    this.reports.connected(sender.participant)
    const sizes = sizesOf(admitted, this.#parts.options)
    socket.emit('welcome', welcomeOf(admitted, sizes, this.#parts.options))
    this.#grip = attach(this, admitted, { sizes, deliveries: this.#parts.deliveries })
  }

  get identity(): Identity {
    return this.#identity
  }

  get reports(): ConnectionReports {
    return this.#parts.reports
  }

  get orders(): Orders {
    return this.#parts.orders
  }

  message(message: readonly unknown[], callback: Callback | null): void {
    dispatch(this, message, callback)
  }

  turn(run: () => void): void {
    this.#gathered.turn(run)
  }

  handOn(): void {
    this.#gathering?.handOn()
  }

  get #gathered(): Gathering {
    this.#gathering ??= new Gathering(this)
    return this.#gathering
  }

  get publisher(): Publisher {
    return this.#gathered
  }

  get grip(): Delivery | null {
    return this.#grip
  }

  get intake(): Publisher {
    this.#publisher ??= this.#parts.intake.open(this.sender)
    return this.#publisher
  }

  heard(bytes: number): void {
    this.#heard(1, bytes)
  }

  came({ packets, bytes, largest }: Came): void {
    this.frameLimit.look(largest)
    this.#heard(packets, bytes)
  }

  #heard(events: number, bytes: number): void {
    this.#pace ??= new Pace(this.socket.conn, this.#parts, this)
    this.#pace.heard({ events, bytes }, this.intake.heard(bytes))
  }

  heardMore(events: number): void {
    this.#pace?.heard({ events, bytes: 0 }, 0)
  }

  slowed(): void {
    this.reports.slowed(this.sender.participant)
  }

  cutForPace(): void {
    this.#isCut = true
    this.reports.cut(this.sender.participant, 'it sends faster than it may')
  }

  delivery(): Delivery {
    return this.#grip === null || this.hasExpired() ? new NoGrip(this.reports) : this.#gathered
  }

  /** What is due is ended a little later; nothing comes in or leaves meanwhile. */
  hasExpired(): boolean {
    return this.#parts.access.hasExpired(this.#identity)
  }

  isCut(): boolean {
    if (this.hasExpired()) return true
    if (!this.#isCut && waitingBytes(this.socket) > this.#parts.options.outgoingBytes) {
      this.#isCut = true
      this.reports.cut(this.sender.participant, 'too much waits for it')
      cutSoon(this.socket)
    }
    return this.#isCut
  }

  left(): void {
    this.#loseGrip()
    this.session.end()
    this.socket.disconnect()
  }

  renew(token: string, reply: (refused: string | null) => void): void {
    const { access } = this.#parts
    if (access.isOpen) return reply(null)
    access.identify(token).then((found) => reply(isRefusal(found) ? found.message : this.#renewed(found)))
  }

  #renewed(identity: Identity): string | null {
    const refused =
      renewalRefusal(this.#identity, identity) ?? this.#parts.access.refusalOf(identity)?.message ?? null
    if (refused !== null) return refused
    this.#identity = identity
    return null
  }

  ignored(): void {
    this.reports.ignored(1)
  }

  refused(code: RefusalCode): void {
    this.reports.refused(code, this.sender.participant)
  }

  /** Nothing has left for it for too long. */
  stalled(): void {
    if (this.#isCut) return
    this.#isCut = true
    this.reports.cut(this.sender.participant, 'nothing has left for it for too long')
    cutSoon(this.socket)
  }

  relayPosition(position: Position): void {
    // A room asks nobody who is in it.
    this.#parts.access.endExpired()
    const { id } = this.sender
    const { lat, lng } = position
    const nowMs = this.#parts.clock.now()
    this.reports.moved(id, position, nowMs)
    const time = isoTime(nowMs)
    for (const store of this.orders.storesServedBy(id))
      this.socket.nsp.to(store).volatile.emit('position', { lat, lng, driver: id, time })
  }

  #loseGrip(): void {
    this.handOn()
    this.#grip?.detach()
    this.#grip = null
  }

  /** A newer connection of the participant has taken over. */
  displaced(by: string): void {
    const { socket, sender } = this
    this.#loseGrip()
    if (sender.role === 'vendor') void socket.leave(sender.store)
    this.reports.displaced(sender.participant, by)
    socket.emit('displaced', { by })
    // Receipts that are under way still reach it, and what it sends meanwhile is refused in words.
    this.#cancelClosing = this.#parts.clock.after(DISPLACED_GRACE_MS, () => socket.disconnect())
  }

  /** It is nobody any more. Its queue is kept. */
  end(refusal: ConnectRefusal): void {
    const { socket, sender } = this
    this.#loseGrip()
    if (sender.role === 'vendor') void socket.leave(sender.store)
    this.reports.refused(refusal.code, sender.participant)
    endTelling(socket, refusal, this.#parts.clock)
  }

  #ended(reason: string): void {
    this.#cancelClosing?.()
    this.#parts.access.leave(this)
    this.frameLimit.stop()
    this.#pace?.stop()
    this.#loseGrip()
    this.session.end()
    this.reports.disconnected(this.sender.participant, reason)
  }
}

/** Takes over a connection that admission has let in. */
export const accept = (socket: PeerSocket, parts: ConnectionParts): void => {
  const admitted = socket.data.admitted!
  // What it was admitted with is not needed any more, and nobody is to keep it.
  socket.data.admitted = undefined
  new Connection(socket, admitted, parts).open(admitted)
}

/**
 * Connections that have not said yet who they are. There are only so many, each may stay for a bounded time, send a bounded number of bytes, and ask to be let in a few times. One that has said it leaves; one
 * that ends its session and keeps its connection is here again.
 *
 * in the lobby -> admitted <-> in the lobby; in the lobby -> told that it took too long, and cut; -> cut, for what it sent
 */
import type { Clock } from '../../shared/clock.ts'
import type { EndCode } from '../../shared/codes.ts'
import { isBinary } from '../../shared/packets.ts'
import { type ConnectRefusal, NAMESPACE } from '../../shared/protocol.ts'
import { WATCH_NAMESPACE } from '../../shared/watch.ts'
import { networkOf } from './network.ts'
import { AWAY } from './peer-refusals.ts'
import { cutSoon } from './slow-reader.ts'
import type { PeerConnection } from './types.ts'
import { type Taken, type Transport, takeMessagesUpTo } from './websocket-engine.ts'

export interface LobbyOptions {
  readonly authenticationTimeMs: number
  readonly unauthenticatedBytes: number
  readonly unauthenticatedConnections: number
}

/** Engine.IO's side of a connection. */
export interface Newcomer extends PeerConnection {
  readonly remoteAddress: string
  readonly transport: Transport
  send(text: string): unknown
}

export interface LobbyParts {
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly options: LobbyOptions
  /** Bytes that a message of somebody who is admitted may have. */
  readonly admittedBytes: number
  readonly reports: LobbyReports
  /** Is the database away, so that the hub cannot look at who they say they are? */
  isAway(): boolean
}

/** Told of whom, as far as the log may say it: the network. */
export interface LobbyReports {
  refused(code: EndCode, network: string): void
  newcomerCut(network: string): void
}

/** A client connects to a namespace or two; each further try could cost the disk a write. */
const MOST_PACKETS = 16
/** In which what it is told must have left. */
const TELLING_GRACE_MS = 500

const SECOND_MS = 1000

interface Stay {
  readonly deadlineMs: number
  end(): void
}

/** Socket.IO's CONNECT_ERROR, as the namespace would send it. */
const refusalPacket = (code: EndCode, message: string, namespace: string = NAMESPACE): string =>
  `4${namespace},${JSON.stringify({ message, data: { code, message } })}`

/** Our message `refused`. */
const endPacket = (code: EndCode, message: string, namespace: string): string =>
  `2${namespace},${JSON.stringify(['refused', { code, message }])}`

const NAMESPACES = [NAMESPACE, WATCH_NAMESPACE] as const
/** In front of a Socket.IO packet where Engine.IO does not write it. */
const MESSAGE = '4'

const BEFORE = 'Before it has said who it is,'
const BINARY = `${BEFORE} a connection sends text and nothing else.`
const TOO_MANY = `${BEFORE} a connection may send ${MOST_PACKETS} packets.`

/** Which namespace it is in is not known where a message is found too large: clients pass over what is for another one. */
const toldTooLarge = (bytes: number, packetOf: typeof endPacket): Taken => {
  const message = `A message takes at most ${bytes} bytes, in few parts; this one has more.`
  const farewell = NAMESPACES.map((namespace) => MESSAGE + packetOf('too-large', message, namespace))
  return { bytes, farewell }
}

export class Lobby {
  readonly #parts: LobbyParts
  /** In the order in which their time ends. */
  readonly #stays = new Map<Newcomer, Stay>()
  #cancel: (() => void) | null = null
  readonly #fromNewcomers: Taken
  readonly #fromAdmitted: Taken

  constructor(parts: LobbyParts) {
    this.#parts = parts
    this.#fromNewcomers = toldTooLarge(parts.options.unauthenticatedBytes, refusalPacket)
    this.#fromAdmitted = toldTooLarge(parts.admittedBytes, endPacket)
  }

  get size(): number {
    return this.#stays.size
  }

  enter(newcomer: Newcomer): void {
    const { clock, options } = this.#parts
    this.leave(newcomer)
    takeMessagesUpTo(newcomer.transport, this.#fromNewcomers)
    let [bytes, packets] = [0, 0]
    const heard = ({ data = '' }: { readonly data?: string }) => {
      if (isBinary(data)) return this.#cut(newcomer, 'binary', BINARY)
      packets += 1
      bytes += Buffer.byteLength(data)
      if (packets > MOST_PACKETS) return this.#cut(newcomer, 'bad-handshake', TOO_MANY)
      const most = options.unauthenticatedBytes
      if (bytes > most) this.#cut(newcomer, 'too-large', `${BEFORE} a connection may send ${most} bytes.`)
    }
    const gone = () => this.leave(newcomer)
    newcomer.on('packet', heard)
    newcomer.on('close', gone)
    const end = () => {
      newcomer.off('packet', heard)
      newcomer.off('close', gone)
    }
    this.#stays.set(newcomer, { deadlineMs: clock.now() + options.authenticationTimeMs, end })
    this.#watch()
  }

  /** It has said who it is, or is gone. @returns was it here? */
  leave(newcomer: Newcomer): boolean {
    this.#stays.get(newcomer)?.end()
    return this.#stays.delete(newcomer)
  }

  /** @returns was it here? If not, it has been admitted before. */
  admit(newcomer: Newcomer): boolean {
    takeMessagesUpTo(newcomer.transport, this.#fromAdmitted)
    return this.leave(newcomer)
  }

  /** Its messages go over another transport now. */
  upgraded(newcomer: Newcomer): void {
    const taken = this.#stays.has(newcomer) ? this.#fromNewcomers : this.#fromAdmitted
    takeMessagesUpTo(newcomer.transport, taken)
  }

  stop(): void {
    this.#cancel?.()
    for (const newcomer of [...this.#stays.keys()]) this.leave(newcomer)
  }

  #watch(): void {
    const [oldest] = this.#stays.values()
    if (this.#cancel !== null || oldest === undefined) return
    const { clock } = this.#parts
    this.#cancel = clock.after(Math.max(0, oldest.deadlineMs - clock.now()), () => {
      this.#cancel = null
      this.#endOverdue()
      this.#watch()
    })
  }

  #endOverdue(): void {
    const nowMs = this.#parts.clock.now()
    for (const [newcomer, { deadlineMs }] of this.#stays) {
      if (deadlineMs > nowMs) return
      this.#refuse(newcomer)
    }
  }

  get #tooLate(): ConnectRefusal {
    const seconds = this.#parts.options.authenticationTimeMs / SECOND_MS
    const message = `Whoever connects must say within ${seconds} s who it is.`
    return { code: 'authentication-timeout', message }
  }

  #refuse(newcomer: Newcomer): void {
    const { reports } = this.#parts
    const { code, message } = this.#parts.isAway() ? AWAY : this.#tooLate
    newcomer.send(refusalPacket(code, message))
    this.leave(newcomer)
    reports.refused(code, networkOf(newcomer.remoteAddress))
    this.#cutWhenTold(newcomer)
  }

  /** Nothing more that it sends is taken. */
  #cut(newcomer: Newcomer, code: EndCode, message: string): void {
    this.leave(newcomer)
    this.#parts.reports.newcomerCut(networkOf(newcomer.remoteAddress))
    for (const namespace of NAMESPACES) newcomer.send(refusalPacket(code, message, namespace))
    // A little later: this is in the middle of its packet, which is read to its end.
    queueMicrotask(() => newcomer.close(false))
    this.#cutWhenTold(newcomer)
  }

  #cutWhenTold(newcomer: Newcomer): void {
    const cancel = this.#parts.clock.after(TELLING_GRACE_MS, () => cutSoon({ conn: newcomer }))
    newcomer.once('close', cancel)
  }
}

/**
 * Connections that have not said yet who they are. There are only so many, each may stay for a bounded time, send a bounded number of bytes, and ask to be let in a few times. One that has said it leaves; one
 * that ends its session and keeps its connection is here again.
 *
 * in the lobby -> admitted <-> in the lobby; in the lobby -> told that it took too long, and cut; -> cut, for what it sent
 */
import type { Clock } from '../../shared/clock.ts'
import type { ConnectCode } from '../../shared/codes.ts'
import { NAMESPACE } from '../../shared/protocol.ts'
import { networkOf } from './network.ts'
import { cutSoon } from './slow-reader.ts'
import type { PeerConnection } from './types.ts'
import { type Transport, takeMessagesUpTo } from './websocket-engine.ts'

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
}

/** Told of whom, as far as the log may say it: the network. */
export interface LobbyReports {
  refused(code: ConnectCode, network: string): void
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

/** Socket.IO's CONNECT_ERROR, as our namespace would send it. */
const refusalPacket = (code: ConnectCode, message: string): string =>
  `4${NAMESPACE},${JSON.stringify({ message, data: { code, message } })}`

export class Lobby {
  readonly #parts: LobbyParts
  /** In the order in which their time ends. */
  readonly #stays = new Map<Newcomer, Stay>()
  #cancel: (() => void) | null = null

  constructor(parts: LobbyParts) {
    this.#parts = parts
  }

  get size(): number {
    return this.#stays.size
  }

  enter(newcomer: Newcomer): void {
    const { clock, options } = this.#parts
    this.leave(newcomer)
    takeMessagesUpTo(newcomer.transport, options.unauthenticatedBytes)
    let [bytes, packets] = [0, 0]
    const heard = ({ data }: { readonly data?: unknown }) => {
      packets += 1
      bytes += typeof data === 'string' ? Buffer.byteLength(data) : options.unauthenticatedBytes
      if (packets > MOST_PACKETS || bytes > options.unauthenticatedBytes) this.#cut(newcomer)
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

  /** It has said who it is, or is gone. */
  leave(newcomer: Newcomer): void {
    this.#stays.get(newcomer)?.end()
    this.#stays.delete(newcomer)
  }

  admit(newcomer: Newcomer): void {
    this.leave(newcomer)
    takeMessagesUpTo(newcomer.transport, this.#parts.admittedBytes)
  }

  /** Its messages go over another transport now. */
  upgraded(newcomer: Newcomer): void {
    const { options, admittedBytes } = this.#parts
    const bytes = this.#stays.has(newcomer) ? options.unauthenticatedBytes : admittedBytes
    takeMessagesUpTo(newcomer.transport, bytes)
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

  #refuse(newcomer: Newcomer): void {
    const { clock, options, reports } = this.#parts
    const seconds = options.authenticationTimeMs / SECOND_MS
    const code: ConnectCode = 'authentication-timeout'
    newcomer.send(refusalPacket(code, `Whoever connects must say within ${seconds} s who it is.`))
    this.leave(newcomer)
    reports.refused(code, networkOf(newcomer.remoteAddress))
    const cancel = clock.after(TELLING_GRACE_MS, () => cutSoon({ conn: newcomer }))
    newcomer.once('close', cancel)
  }

  #cut(newcomer: Newcomer): void {
    this.leave(newcomer)
    this.#parts.reports.newcomerCut(networkOf(newcomer.remoteAddress))
    cutSoon({ conn: newcomer })
  }
}

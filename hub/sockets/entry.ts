/**
 * Who may begin a connection, before it has said who it is: decided from the request of the transport's handshake alone. Whoever may not is answered by that handshake, with the code in words, and nothing of it
 * is kept.
 */
import type { IncomingMessage } from 'node:http'
import type { Clock } from '../../shared/clock.ts'
import type { RefusalCode } from '../../shared/codes.ts'
import { FOREIGN_ORIGIN, isOriginAllowed } from '../access/origin.ts'
import { Addresses, Crowds } from './addresses.ts'
import { Door } from './door.ts'
import type { Newcomer } from './lobby.ts'
import { networkOf } from './network.ts'

export interface EntryOptions {
  /** Origins of web pages that may connect, besides the hub's own. */
  readonly allowedOrigins: readonly string[]
  /** What the hub listens on: it may be reached under this name. */
  readonly host: string
  readonly unauthenticatedConnections: number
  readonly addressConnectionsPerMinute: number
  readonly addressConnections: number
}

export interface EntryParts {
  readonly options: EntryOptions
  readonly clock: Pick<Clock, 'endOfTurn'>
  readonly reports: { refused(code: RefusalCode, network: string): void }
  /** May a connection be made of many requests? Of several hubs each would get some of them. */
  readonly mayPoll: boolean
  /** Those who are in and have not said who they are. */
  readonly lobby: { readonly size: number }
  isExempt(address: string): boolean
}

type Request = Pick<IncomingMessage, 'headers' | 'socket' | 'url'>
/** `<code>: <words>` of a refusal; Engine.IO's answers hold one text. */
type Answer = (refusal: string | null) => void

interface EntryRefusal {
  readonly code: RefusalCode
  readonly words: string
}

const refusal = (code: RefusalCode, words: string): EntryRefusal => ({ code, words })

const FOREIGN = refusal('foreign-origin', FOREIGN_ORIGIN)
const POLLING = refusal(
  'bad-handshake',
  "This is one of several hubs, which take WebSockets only: connect with transports: ['websocket'].",
)
const FULL = refusal('too-many-newcomers', 'As many connections as may be have not said yet who they are.')
const TOO_OFTEN = refusal(
  'too-many-connections',
  'More connections have come from this address than may in a minute.',
)
const TOO_MANY = refusal('too-many-connections', 'This address has as many connections open as it may.')

export class Entry {
  readonly #parts: EntryParts
  readonly #door: Door
  readonly #addresses: Addresses
  readonly #crowds: Crowds

  constructor(parts: EntryParts) {
    this.#parts = parts
    this.#door = new Door(parts.clock)
    this.#addresses = new Addresses(parts.options.addressConnectionsPerMinute)
    this.#crowds = new Crowds(parts.options.addressConnections)
  }

  /** It has come in. What comes in the same turn may be let in above the limit. */
  entered({ remoteAddress }: Pick<Newcomer, 'remoteAddress'>): void {
    this.#crowds.entered(remoteAddress)
  }

  left({ remoteAddress }: Pick<Newcomer, 'remoteAddress'>): void {
    this.#crowds.left(remoteAddress)
  }

  /** @param answer is called once, with null if the connection may begin; not at all if it has gone meanwhile */
  ask(request: Request, answer: Answer): void {
    const { socket } = request
    const refused = this.#isFull() ? FULL : (this.#originRefusal(request) ?? this.#transportRefusal(request))
    if (refused !== null) return this.#refuse(refused, request, answer)
    this.#door.come({
      isGone: () => socket.destroyed,
      letIn: () => void this.#addressRefusal(request).then((found) => this.#tell(found, request, answer)),
    })
  }

  #isFull(): boolean {
    const { lobby, options } = this.#parts
    return lobby.size + this.#door.size >= options.unauthenticatedConnections
  }

  #originRefusal({ headers }: Request): EntryRefusal | null {
    return isOriginAllowed(headers, this.#parts.options) ? null : FOREIGN
  }

  #transportRefusal({ url = '' }: Request): EntryRefusal | null {
    const isWebSocket = new URLSearchParams(url.split('?')[1]).get('transport') === 'websocket'
    return isWebSocket || this.#parts.mayPoll ? null : POLLING
  }

  async #addressRefusal({ socket: { remoteAddress = '' } }: Request): Promise<EntryRefusal | null> {
    if (this.#parts.isExempt(remoteAddress)) return null
    if (this.#crowds.isFull(remoteAddress)) return TOO_MANY
    return (await this.#addresses.mayCome(remoteAddress)) ? null : TOO_OFTEN
  }

  #tell(refused: EntryRefusal | null, request: Request, answer: Answer): void {
    if (refused === null) answer(null)
    else this.#refuse(refused, request, answer)
  }

  #refuse({ code, words }: EntryRefusal, { socket }: Request, answer: Answer): void {
    this.#parts.reports.refused(code, networkOf(socket.remoteAddress ?? ''))
    answer(`${code}: ${words}`)
  }
}

/**
 * Who may begin a connection, before it has said who it is: decided from the request of the transport's handshake alone. Whoever may not is answered by that handshake, with the code in words, and nothing of it
 * is kept.
 */
import type { IncomingMessage } from 'node:http'
import type { Clock } from '../../shared/clock.ts'
import type { RefusalCode } from '../../shared/codes.ts'
import { isOriginAllowed } from '../access/origin.ts'
import { Addresses } from './addresses.ts'
import { Door } from './door.ts'
import { networkOf } from './network.ts'

export interface EntryOptions {
  /** Origins of web pages that may connect, besides the hub's own. */
  readonly allowedOrigins: readonly string[]
  /** What the hub listens on: it may be reached under this name. */
  readonly host: string
  readonly unauthenticatedConnections: number
  readonly addressConnectionsPerMinute: number
}

export interface EntryParts {
  readonly options: EntryOptions
  readonly clock: Pick<Clock, 'endOfTurn'>
  readonly reports: { refused(code: RefusalCode, network: string): void }
  /** Those who are in and have not said who they are. */
  readonly lobby: { readonly size: number }
  isExempt(address: string): boolean
}

type Request = Pick<IncomingMessage, 'headers' | 'socket'>
/** `<code>: <words>` of a refusal; Engine.IO's answers hold one text. */
type Answer = (refusal: string | null) => void

const WORDS = {
  'foreign-origin': 'The hub is not reached by this name, or not from pages of this origin.',
  'too-many-newcomers': 'As many connections as may be have not said yet who they are.',
  'too-many-connections': 'More connections have come from this address than may in a minute.',
} as const satisfies Partial<Record<RefusalCode, string>>

type EntryCode = keyof typeof WORDS

export class Entry {
  readonly #parts: EntryParts
  readonly #door: Door
  readonly #addresses: Addresses

  constructor(parts: EntryParts) {
    this.#parts = parts
    this.#door = new Door(parts.clock)
    this.#addresses = new Addresses(parts.options.addressConnectionsPerMinute)
  }

  /** @param answer is called once, with null if the connection may begin; not at all if it has gone meanwhile */
  ask(request: Request, answer: Answer): void {
    const { socket } = request
    const refused = this.#isFull() ? 'too-many-newcomers' : this.#originRefusal(request)
    if (refused !== null) return this.#refuse(refused, request, answer)
    this.#door.come({
      isGone: () => socket.destroyed,
      letIn: () => void this.#addressRefusal(request).then((code) => this.#tell(code, request, answer)),
    })
  }

  #isFull(): boolean {
    const { lobby, options } = this.#parts
    return lobby.size + this.#door.size >= options.unauthenticatedConnections
  }

  #originRefusal({ headers }: Request): EntryCode | null {
    return isOriginAllowed(headers, this.#parts.options) ? null : 'foreign-origin'
  }

  async #addressRefusal({ socket: { remoteAddress = '' } }: Request): Promise<EntryCode | null> {
    if (this.#parts.isExempt(remoteAddress)) return null
    return (await this.#addresses.mayCome(remoteAddress)) ? null : 'too-many-connections'
  }

  #tell(code: EntryCode | null, request: Request, answer: Answer): void {
    if (code === null) answer(null)
    else this.#refuse(code, request, answer)
  }

  #refuse(code: EntryCode, { socket }: Request, answer: Answer): void {
    this.#parts.reports.refused(code, networkOf(socket.remoteAddress ?? ''))
    answer(`${code}: ${WORDS[code]}`)
  }
}

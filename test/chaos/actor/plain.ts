/**
 * A till that only listens, on a plain socket.io-client without any code of ours: events come one by one, with a callback each. It comes back within a moment where the link waits longer and
 * longer, and lets its acknowledgements rest for a while, so that something is owed to it whenever a hub starts: it shows how soon that hub delivers again.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { io as connect, Socket } from 'socket.io-client'
import { CODES } from '../../../shared/codes.ts'
import type { HandedEvent } from '../../../shared/protocol.ts'
import type { Seeded } from '../../support/seeded.ts'
import { poisonOf } from '../orders.ts'
import { type History, nowMs, type ParticipantLine } from '../records.ts'
import type { Life } from './life.ts'
import { handedOf } from './tap.ts'

const LONGEST_REST_MS = 250
const RECONNECT_MS = 30

type Reply = (answer?: { reject: string }) => void

export class PlainTill {
  readonly #history: History<ParticipantLine>
  readonly #random: Seeded
  readonly #socket: Socket
  /** Ids of events that it has handled in this life. */
  readonly #handled = new Set<string>()
  #connections = 0
  #resting = 0
  #asked = 0
  moves = 0

  constructor(life: Life, parts: { io: typeof connect; history: History<ParticipantLine>; random: Seeded }) {
    this.#history = parts.history
    this.#random = parts.random
    const { role, store, id } = life
    this.#socket = parts.io(`${life.url}/caps`, {
      auth: { role, store, id },
      transports: ['websocket'],
      reconnectionDelay: RECONNECT_MS,
      reconnectionDelayMax: RECONNECT_MS,
      timeout: 2000,
    })
    this.#listen()
  }

  get isConnected(): boolean {
    return this.#socket.connected
  }

  get isIdle(): boolean {
    return this.#resting === 0
  }

  #write(line: ParticipantLine): void {
    this.moves += 1
    this.#history.write(line)
  }

  #listen(): void {
    this.#socket.on('welcome', ({ participant, window }: { participant: string; window: number }) => {
      this.#connections += 1
      this.#write([nowMs(), 'welcome', this.#connections, participant, window])
    })
    this.#socket.on('disconnect', (reason) => {
      this.#write([nowMs(), 'ended', this.#connections, reason])
      if (reason === 'io server disconnect') this.#connectSoon()
    })
    // The library tries again by itself only when nobody has answered.
    this.#socket.on('connect_error', (error) => {
      const { data } = error as Error & { data?: { code?: string } }
      if (CODES[data?.code as keyof typeof CODES]?.temporary) this.#connectSoon()
      else if (data !== undefined) this.#write([nowMs(), 'trouble', JSON.stringify(data)])
    })
    for (const name of ['in-transit', 'delivered'])
      this.#socket.on(name, (event: HandedEvent, reply: Reply) => void this.#take(event, reply))
  }

  #connectSoon(): void {
    setTimeout(() => this.#socket.connect(), RECONNECT_MS)
  }

  async #take(event: HandedEvent, reply: Reply): Promise<void> {
    const c = this.#connections
    this.#write([nowMs(), 'handed', c, [handedOf(event)]])
    this.#resting += 1
    await pause(this.#random.whole(0, LONGEST_REST_MS))
    this.#resting -= 1
    // The library would keep the answer for the next connection, where nobody waits for it.
    if (c === this.#connections && this.#socket.connected) this.#answer(event, reply, c)
  }

  #answer({ event, id, entry, payload }: HandedEvent, reply: Reply, c: number): void {
    if (poisonOf(payload.orderId) === event) {
      this.#write([nowMs(), 'failed', entry])
      this.#write([nowMs(), 'rejected', c, [entry]])
      reply({ reject: 'this handler fails always' })
    } else {
      if (!this.#handled.has(id)) this.#write([nowMs(), 'handled', entry])
      this.#handled.add(id)
      this.#write([nowMs(), 'acknowledged', c, [entry]])
      reply()
    }
    this.#askBarrier(c)
  }

  #askBarrier(c: number): void {
    this.#asked += 1
    const k = this.#asked
    this.#write([nowMs(), 'asked', c, k])
    this.#socket.emit('publish', [], (answer: unknown) => {
      if (Array.isArray(answer)) this.#write([nowMs(), 'answered', c, k])
    })
  }
}

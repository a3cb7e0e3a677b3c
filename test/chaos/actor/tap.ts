/**
 * Writes down what passes between the link and its socket: handovers as they come, repeats too, answers as they leave. It also puts up barriers of its own, an empty `publish`,
 * behind answers: the hub answers one only when all before it on the connection is synced, and that is how a history knows so.
 */
import type { HubSocket, OpenSocket } from '../../../shared/link/hub-socket.ts'
import type { HandedEvent } from '../../../shared/protocol.ts'
import { detailsSum, orderSum } from '../orders.ts'
import { type Handed, type History, nowMs, type ParticipantLine } from '../records.ts'

const BARRIER_AFTER_MS = 60

/** As it stands in a history. */
export const handedOf = ({ entry, attempt, replay, id, event, payload }: HandedEvent): Handed => [
  entry,
  attempt,
  replay === true ? 1 : 0,
  id,
  event,
  payload.store,
  payload.orderId,
  orderSum(payload),
  detailsSum(payload),
  payload.driver ?? null,
]

/** Barriers of one connection: one after the other, each a moment after something was answered. */
class Barriers {
  readonly #ask: (answered: (isProcessed: boolean) => void) => void
  #timer: NodeJS.Timeout | null = null
  #isUp = false
  #isDue = false

  constructor(ask: (answered: (isProcessed: boolean) => void) => void) {
    this.#ask = ask
  }

  due(): void {
    this.#isDue = true
    if (this.#isUp || this.#timer !== null) return
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#isDue = false
      this.#isUp = true
      this.#ask(() => {
        this.#isUp = false
        if (this.#isDue) this.due()
      })
    }, BARRIER_AFTER_MS)
  }

  stop(): void {
    this.#isUp = true
    if (this.#timer !== null) clearTimeout(this.#timer)
  }
}

export class Tap {
  readonly #history: History<ParticipantLine>
  #connections = 0
  #asked = 0
  /** Grows with everything that passes. */
  moves = 0

  constructor(history: History<ParticipantLine>) {
    this.#history = history
  }

  /** Sockets of `open` that are listened to. */
  on(open: OpenSocket): OpenSocket {
    return (handshake) => this.#tapped(open(handshake))
  }

  #write(line: ParticipantLine): void {
    this.moves += 1
    this.#history.write(line)
  }

  #tapped(socket: HubSocket): HubSocket {
    this.#connections += 1
    const c = this.#connections
    const barriers = new Barriers((answered) => this.#barrier(socket, c, answered))
    // Registered before the link's own listeners, so that each line stands before what the link makes of it.
    socket.on('welcome', ({ participant, window }) =>
      this.#write([nowMs(), 'welcome', c, participant, window]),
    )
    socket.on('events', (events) => this.#write([nowMs(), 'handed', c, events.map(handedOf)]))
    socket.on('disconnect', (reason) => {
      barriers.stop()
      this.#write([nowMs(), 'ended', c, reason])
    })
    const emit: HubSocket['emit'] = (message, ...args) => {
      if (message === 'acknowledge') {
        this.#write([nowMs(), 'acknowledged', c, args[0] as string[]])
        barriers.due()
      }
      if (message === 'reject') {
        const entries = (args[0] as unknown as readonly { entry: string }[]).map(({ entry }) => entry)
        this.#write([nowMs(), 'rejected', c, entries])
        barriers.due()
      }
      return socket.emit(message, ...args)
    }
    return {
      on: (event, listener) => socket.on(event, listener),
      emit,
      publish: (events, reply) => socket.publish(events, reply),
      get volatile() {
        return socket.volatile
      },
      connect: () => {
        this.#write([nowMs(), 'connecting', c])
        return socket.connect()
      },
      disconnect: () => socket.disconnect(),
    }
  }

  #barrier(socket: HubSocket, c: number, answered: (isProcessed: boolean) => void): void {
    this.#asked += 1
    const k = this.#asked
    this.#write([nowMs(), 'asked', c, k])
    socket.emit('publish', [], (answer) => {
      if (Array.isArray(answer)) this.#write([nowMs(), 'answered', c, k])
      answered(true)
    })
  }
}

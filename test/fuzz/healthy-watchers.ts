/**
 * Those who watch in good faith, in the healthy participants' process: an observer and an operator who are told a summary every second, and look at something else twice a second. What they miss, what comes late and what is
 * refused to them is counted.
 */
import { io, type Socket } from 'socket.io-client'
import { type Look, type Shown, WATCH_NAMESPACE } from '../../shared/watch.ts'
import { monotonicMs } from '../load/machine.ts'
import { HEALTHY_DRIVERS, HEALTHY_TILLS, HEALTHY_WATCHERS, type Tokens } from './cast.ts'

export interface WatchersAccount {
  readonly summaries: number
  readonly looks: number
  /** Summaries that came more than so long after the one before, and answers to looks that took so long. */
  readonly late: number
  /** Looks that were refused, or had no answer at the end. */
  readonly unanswered: number
  readonly disconnects: number
}

const LOOK_EVERY_MS = 500
/** A summary is due each second. */
const LATE_MS = 3000

const LOOKS: readonly Look[] = [
  { view: 'now' },
  { view: 'map' },
  { view: 'orders', filter: { store: HEALTHY_TILLS[0]! } },
  { view: 'orders', filter: {} },
  { view: 'order', store: HEALTHY_TILLS[0]!, orderId: 'h-4' },
  { view: 'queues' },
  { view: 'queue', participant: `vendor/${HEALTHY_TILLS[0]}/main`, place: 'queue' },
  { view: 'queue', participant: `driver/${HEALTHY_DRIVERS[0]}`, place: 'retry' },
  { view: 'dead-letters' },
]

export class HealthyWatchers {
  readonly #sockets: Socket[] = []
  readonly #counts = { summaries: 0, looks: 0, late: 0, unanswered: 0, disconnects: 0 }
  #timer: NodeJS.Timeout | null = null
  #asked = 0
  #pending = 0

  async open(url: string, tokens: Tokens): Promise<void> {
    for (const name of HEALTHY_WATCHERS) this.#sockets.push(await this.#connected(url, tokens[name]))
    this.#timer = setInterval(() => {
      for (const socket of this.#sockets) this.#look(socket)
    }, LOOK_EVERY_MS)
  }

  get account(): WatchersAccount {
    return { ...this.#counts, unanswered: this.#counts.unanswered + this.#pending }
  }

  /** Asks for nothing more. Resolves when the last answers have had their time. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    for (let rounds = 30; this.#pending > 0 && rounds > 0; rounds -= 1)
      await new Promise((resolve) => setTimeout(resolve, LATE_MS / 30))
  }

  async #connected(url: string, token: string | undefined): Promise<Socket> {
    const socket = io(`${url}${WATCH_NAMESPACE}`, {
      ...(token === undefined ? {} : { auth: { token } }),
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    })
    await new Promise<void>((resolve, reject) => {
      socket.once('hello', () => resolve())
      socket.once('connect_error', reject)
    })
    this.#listen(socket)
    return socket
  }

  #listen(socket: Socket): void {
    let lastMs = monotonicMs()
    socket.on('summary', () => {
      const nowMs = monotonicMs()
      this.#counts.summaries += 1
      if (nowMs - lastMs > LATE_MS) this.#counts.late += 1
      lastMs = nowMs
    })
    socket.on('disconnect', () => {
      this.#counts.disconnects += 1
    })
  }

  #look(socket: Socket): void {
    const look = LOOKS[this.#asked % LOOKS.length]
    this.#asked += 1
    this.#pending += 1
    const askedMs = monotonicMs()
    socket.emit('look', look, (shown: Shown) => {
      this.#pending -= 1
      this.#counts.looks += 1
      // Its order may not have been made yet.
      if (!shown.ok && shown.code !== 'unknown-order') this.#counts.unanswered += 1
      if (monotonicMs() - askedMs > LATE_MS) this.#counts.late += 1
    })
  }
}

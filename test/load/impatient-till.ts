/**
 * A till on a plain socket.io-client that tries to connect forty times a second and never answers: whatever hub comes up has something to hand over to it at once. So it tells when the
 * hub delivers, where a link would tell when its own patience is over.
 */
import { io, type Socket } from 'socket.io-client'
import { NAMESPACE } from '../../shared/protocol.ts'
import type { Till } from './tills.ts'
import { within } from './within.ts'

const TRY_EVERY_MS = 25
const PATIENCE_MS = 60_000

export class ImpatientTill {
  readonly #socket: Socket
  #isAnew = false
  #first: (nowMs: number) => void = () => {}

  constructor(url: string, { store, id }: Till) {
    this.#socket = io(new URL(NAMESPACE, url).href, {
      auth: { role: 'vendor', store, id },
      transports: ['websocket'],
      forceNew: true,
      reconnectionDelay: TRY_EVERY_MS,
      reconnectionDelayMax: TRY_EVERY_MS,
      randomizationFactor: 0,
    })
    this.#socket.on('connect', () => {
      this.#isAnew = true
    })
    for (const event of ['in-transit', 'delivered'])
      this.#socket.on(event, () => void (this.#isAnew && this.#first(performance.now())))
  }

  /** The instant of the first event over a connection that is made from now on. */
  firstEvent(): Promise<number> {
    this.#isAnew = false
    const first = new Promise<number>((resolve) => {
      this.#first = resolve
    })
    return within(first, PATIENCE_MS, 'the first event for a till that waits for the hub')
  }

  close(): void {
    this.#socket.disconnect()
  }
}

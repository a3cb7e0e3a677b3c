/**
 * A store and a driver on plain socket.io-clients that do what docs/PROTOCOL.md asks of a client and nothing else: they send again what is unconfirmed, acknowledge what they
 * hear, and note it all. Nothing of theirs is on disk: they live while the hub is killed.
 */
import { io, type Socket } from 'socket.io-client'
import type { Assignment, HandedEvent, Receipt } from '../../shared/protocol.ts'
import { atEndOfTest } from '../support/cleanup.ts'
import { orderOf } from '../support/client.ts'

const connect = (url: string, auth: Record<string, unknown>): Socket => {
  const socket = io(`${url}/caps`, {
    auth,
    transports: ['websocket'],
    forceNew: true,
    reconnectionDelay: 20,
    reconnectionDelayMax: 50,
    randomizationFactor: 0,
  })
  let isOver = false
  atEndOfTest(() => {
    isOver = true
    socket.disconnect()
  })
  let isDisplaced = false
  socket.on('displaced', () => {
    isDisplaced = true
  })
  const comeBack = () => {
    if (!socket.active && !isDisplaced) setTimeout(() => isOver || socket.connect(), 50)
  }
  // What a hub has refused for the time being, or ended because it stops, does not come back by itself.
  socket.on('connect_error', comeBack)
  socket.on('disconnect', comeBack)
  return socket
}

/** What was sent and is not confirmed: all of it is sent again at every welcome. */
class Unconfirmed {
  readonly #socket: Socket
  readonly #sends = new Map<string, () => void>()

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('welcome', () => {
      for (const send of this.#sends.values()) send()
    })
  }

  get size(): number {
    return this.#sends.size
  }

  publish(event: string, payload: object, confirmed: (receipt: Receipt) => void): void {
    const key = `${event} ${JSON.stringify(payload)}`
    const settle = (receipt: Receipt) => {
      if (!receipt.ok && receipt.temporary) return void setTimeout(send, receipt.retryAfterMs ?? 20)
      // The answers of two connections may cross.
      if (this.#sends.delete(key)) confirmed(receipt)
    }
    const send = () => {
      if (this.#socket.connected) this.#socket.emit(event, payload, settle)
    }
    this.#sends.set(key, send)
    send()
  }
}

export interface Heard {
  readonly event: HandedEvent
  /** Of all that the store has heard. */
  readonly index: number
}

/** Keeps a number of orders under way until it is told that it is enough. */
export class PlainStore {
  readonly name: string
  /** Order ids whose pickup the hub has confirmed, with the event's id. */
  readonly confirmed = new Map<string, string>()
  readonly heard: Heard[] = []
  readonly refused: Receipt[] = []
  readonly #unconfirmed: Unconfirmed
  readonly #delivered = new Set<string>()
  readonly #progressed: () => void
  #made = 0
  #isEnough = false

  /** @param options.progressed called whenever a confirmation or an event has come */
  constructor(url: string, name: string, options: { underWay: number; progressed(): void }) {
    this.name = name
    this.#progressed = options.progressed
    const socket = connect(url, { role: 'vendor', store: name })
    this.#unconfirmed = new Unconfirmed(socket)
    for (const event of ['in-transit', 'delivered'])
      socket.on(event, (handed: HandedEvent, reply: () => void) => {
        this.#hear(handed)
        reply()
      })
    for (let n = 0; n < options.underWay; n += 1) this.#order()
  }

  /** Makes no further orders. */
  enough(): void {
    this.#isEnough = true
  }

  /** Is every order confirmed, and has it been heard to be delivered? */
  get isDone(): boolean {
    return this.#unconfirmed.size === 0 && this.#delivered.size === this.confirmed.size
  }

  #order(): void {
    if (this.#isEnough) return
    this.#made += 1
    const order = orderOf(this.name, `o-${this.#made}`)
    this.#unconfirmed.publish('pickup', order, (receipt) => {
      if (receipt.ok) this.confirmed.set(order.orderId, receipt.id)
      else this.refused.push(receipt)
      this.#progressed()
    })
  }

  #hear(event: HandedEvent): void {
    this.heard.push({ event, index: this.heard.length })
    const { orderId } = event.payload
    if (event.event === 'delivered' && !this.#delivered.has(orderId)) {
      this.#delivered.add(orderId)
      this.#order()
    }
    this.#progressed()
  }
}

/** Carries what it is handed, at once. */
export class PlainDriver {
  readonly name: string
  /** Event ids by `event store/order`, as confirmed. */
  readonly confirmed = new Map<string, string>()
  readonly refused: Receipt[] = []
  readonly #unconfirmed: Unconfirmed
  readonly #begun = new Set<string>()
  readonly #progressed: () => void

  constructor(url: string, name: string, progressed: () => void) {
    this.name = name
    this.#progressed = progressed
    const socket = connect(url, { role: 'driver', id: name, capacity: 50 })
    this.#unconfirmed = new Unconfirmed(socket)
    socket.on('pickup', ({ payload }: HandedEvent, reply: () => void) => {
      reply()
      this.#carry(payload)
    })
    // An acknowledgement that the hub had when it was killed, and of which this driver heard nothing more.
    socket.on('welcome', () =>
      socket.emit('assignments', ({ orders = [] }: { orders?: Assignment[] }) => {
        for (const order of orders) this.#carry(order)
      }),
    )
  }

  /** Is all that it reported confirmed? */
  get isDone(): boolean {
    return this.#unconfirmed.size === 0
  }

  #carry({ store, orderId }: { store: string; orderId: string }): void {
    if (this.#begun.has(`${store}/${orderId}`)) return
    this.#begun.add(`${store}/${orderId}`)
    this.#report('in-transit', { store, orderId }, () =>
      this.#report('delivered', { store, orderId }, () => {}),
    )
  }

  #report(event: string, progress: { store: string; orderId: string }, then: () => void): void {
    this.#unconfirmed.publish(event, progress, (receipt) => {
      if (receipt.ok) {
        this.confirmed.set(`${event} ${progress.store}/${progress.orderId}`, receipt.id)
        then()
      } else this.#refuse(receipt, progress)
      // A refusal may be the last thing that anybody waits for.
      this.#progressed()
    })
  }

  /** It may be handed the order again, and carries it then. */
  #refuse(receipt: Receipt, { store, orderId }: { store: string; orderId: string }): void {
    this.refused.push(receipt)
    this.#begun.delete(`${store}/${orderId}`)
  }
}

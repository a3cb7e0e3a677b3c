/** A store and a driver on the link library, with their outboxes on disk, that note what the hub confirmed to them and handed over. They keep a number of orders under way until it is enough. */
import type { Link, LinkOptions } from '../../shared/link/api.ts'
import { connectHub } from '../../shared/link/connect-hub.ts'
import type { EventName, HandedEvent } from '../../shared/protocol.ts'
import { atEndOfTest } from '../support/cleanup.ts'
import { orderOf } from '../support/client.ts'

/** An event of an order: `pickup o-1`. */
export const eventKey = (event: EventName, orderId: string): string => `${event} ${orderId}`

export interface Noted {
  /** By `eventKey`: the id of its receipt. */
  readonly confirmed: Map<string, string>
  /** All that was handled, as it came. */
  readonly handled: HandedEvent[]
}

const connect = async (options: LinkOptions): Promise<Link> => {
  const link = await connectHub(options)
  atEndOfTest(() => link.close())
  return link
}

export class LinkStore implements Noted {
  readonly confirmed = new Map<string, string>()
  readonly handled: HandedEvent[] = []
  readonly #options: LinkOptions
  readonly #progressed: () => void
  readonly #delivered = new Set<string>()
  #made = 0
  #isEnough = false
  #link: Link

  private constructor(options: LinkOptions, progressed: () => void, link: Link) {
    this.#options = options
    this.#progressed = progressed
    this.#link = this.#listenTo(link)
  }

  static async open(
    url: string,
    outboxDir: string,
    { store = 'acme', progressed }: { store?: string; progressed(): void },
  ): Promise<LinkStore> {
    const options = { role: 'vendor', url, store, outboxDir } as const
    return new LinkStore(options, progressed, await connect(options))
  }

  get made(): readonly string[] {
    return Array.from({ length: this.#made }, (_, n) => `o-${n + 1}`)
  }

  get delivered(): number {
    return this.#delivered.size
  }

  get unconfirmed(): number {
    return this.#link.counts().unconfirmed
  }

  get isDone(): boolean {
    return this.unconfirmed === 0 && this.#delivered.size === this.#made
  }

  keepUnderWay(orders: number): void {
    for (let n = 0; n < orders; n += 1) this.order()
  }

  order(): void {
    this.#made += 1
    const orderId = `o-${this.#made}`
    // Rejected when the link is closed: the event is then the next one's.
    this.#link.publish('pickup', orderOf(this.#options.store!, orderId)).then(
      ({ id }) => {
        this.confirmed.set(eventKey('pickup', orderId), id)
        this.#progressed()
      },
      () => {},
    )
  }

  /** Makes no further orders. */
  enough(): void {
    this.#isEnough = true
  }

  /** The link and all that it has in memory go; its outbox stays. */
  close(): Promise<void> {
    return this.#link.close()
  }

  async reopen(): Promise<void> {
    this.#link = this.#listenTo(await connect(this.#options))
  }

  #listenTo(link: Link): Link {
    const hear = (event: HandedEvent): void => {
      this.handled.push(event)
      if (event.event === 'delivered') {
        this.#delivered.add(event.payload.orderId)
        if (!this.#isEnough) this.order()
      }
      this.#progressed()
    }
    link.on('in-transit', hear)
    link.on('delivered', hear)
    return link
  }
}

/** Reports every parcel in transit and delivered at once; those behind the first `holdsAfter` when `goOn` is called. */
export class LinkDriver implements Noted {
  readonly confirmed = new Map<string, string>()
  readonly handled: HandedEvent[] = []
  readonly #link: Link
  readonly #progressed: () => void
  #held: (() => void)[] = []
  #toCarry: number

  private constructor(link: Link, { progressed, holdsAfter = Number.POSITIVE_INFINITY }: DriverOptions) {
    this.#link = link
    this.#progressed = progressed
    this.#toCarry = holdsAfter
    link.on('pickup', (event) => this.#take(event))
  }

  static async open(url: string, outboxDir: string, options: DriverOptions): Promise<LinkDriver> {
    const { capacity = 100 } = options
    return new LinkDriver(await connect({ role: 'driver', url, id: 'd-1', capacity, outboxDir }), options)
  }

  get isDone(): boolean {
    return this.#link.counts().unconfirmed === 0
  }

  get redelivered(): number {
    return this.#link.counts().redelivered
  }

  goOn(): void {
    this.#toCarry = Number.POSITIVE_INFINITY
    for (const carry of this.#held.splice(0)) carry()
  }

  #take(event: HandedEvent): void {
    this.handled.push(event)
    // What is refused is settled as well.
    const carry = () => void this.#carry(event).catch(() => this.#progressed())
    if (this.handled.length > this.#toCarry) this.#held.push(carry)
    else carry()
    this.#progressed()
  }

  async #carry({ payload: { store, orderId } }: HandedEvent): Promise<void> {
    for (const event of ['in-transit', 'delivered'] as const) {
      const { id } = await this.#link.publish(event, { store, orderId })
      this.confirmed.set(eventKey(event, orderId), id)
      this.#progressed()
    }
  }
}

interface DriverOptions {
  progressed(): void
  readonly capacity?: number
  readonly holdsAfter?: number
}

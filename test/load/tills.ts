/** The tills of stores, as links over real sockets, and what each has heard: every order's `in-transit` and then its `delivered`, once. */
import { connectHub } from '../../shared/link/connect-hub.ts'
import type { HandedEvent, Link, LinkOptions } from '../../shared/link/index.ts'
import type { Welcome } from '../../shared/protocol.ts'
import { numberOf } from './order-flow.ts'
import { within } from './within.ts'

const WELCOME_LIMIT_MS = 60_000

export interface Till {
  readonly store: string
  readonly id: string
}

/** Of each store, in turn. */
export const tillsOf = (stores: readonly string[], count: number): Till[] =>
  stores.flatMap((store) => Array.from({ length: count }, (_, index) => ({ store, id: `till-${index + 1}` })))

/** A link that is connected, and what the hub told it. @param handlers run before it connects */
export const connectTill = async (
  url: string,
  { store, id }: Till,
  {
    handle,
    ...options
  }: Partial<LinkOptions> & { handle?: (event: HandedEvent) => void | Promise<void> } = {},
): Promise<{ link: Link; welcome: Welcome }> => {
  const link = await connectHub({ url, role: 'vendor', store, id, ...options })
  if (handle !== undefined) for (const event of ['in-transit', 'delivered'] as const) link.on(event, handle)
  const welcomed = new Promise<Welcome>((resolve) => {
    link.onStatus((status) => status.kind === 'connected' && resolve(status.welcome))
  })
  return { link, welcome: await within(welcomed, WELCOME_LIMIT_MS, `the welcome of ${store}/${id}`) }
}

const AT_A_TIME = 100

/** Does something for all tills, a hundred at a time. */
export const inSlices = async <T, R>(items: readonly T[], each: (item: T) => Promise<R>): Promise<R[]> => {
  const results: R[] = []
  for (let from = 0; from < items.length; from += AT_A_TIME)
    results.push(...(await Promise.all(items.slice(from, from + AT_A_TIME).map(each))))
  return results
}

/** Makes the hub know these tills, and goes: from now on they are away. */
export const registerTills = (url: string, tills: readonly Till[]): Promise<unknown> =>
  inSlices(tills, async (till) => (await connectTill(url, till)).link.close())

/** What one till has heard of orders that are numbered. A byte an order: five million are ticked off in a few megabytes. */
export class Heard {
  /** 0: nothing, 1: in transit, 2: delivered. */
  readonly #steps: Uint8Array
  #count = 0
  #faults = 0

  /** @param orders the numbers are below it */
  constructor(orders: number) {
    this.#steps = new Uint8Array(orders)
  }

  get count(): number {
    return this.#count
  }

  /** Events that came out of order, twice, or of an order that nobody made. */
  get faults(): number {
    return this.#faults
  }

  hear({ event, payload }: Pick<HandedEvent, 'event' | 'payload'>): void {
    this.#count += 1
    const number = numberOf(payload.orderId)
    const before = this.#steps[number]
    if (before === undefined || before !== (event === 'in-transit' ? 0 : 1)) this.#faults += 1
    else this.#steps[number] = before + 1
  }
}

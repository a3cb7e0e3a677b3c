/** What goes on while the hub is killed: orders that are made and carried, and tills that are connected and note every event. All of them are links that come back by themselves. */
import { setTimeout as pause } from 'node:timers/promises'
import { LONGEST_DELAY_MS } from '../../shared/link/backoff.ts'
import type { Link } from '../../shared/link/index.ts'
import { ImpatientTill } from './impatient-till.ts'
import { OrderFlow } from './order-flow.ts'
import { connectTill } from './tills.ts'
import { within } from './within.ts'

/** Its only till does not answer: what is queued for it stays. */
const IMPATIENT = { store: 'impatient', id: 'till' }
const ORDERS_FOR_IMPATIENT = 10
const LIVE_STORES = ['live-1', 'live-2', 'live-3', 'live-4']
const ORDERS_UNDER_WAY = 40
/** Events that the tills have heard since the hub is back, before it is killed again. */
const BUSY_AFTER = 500
const PATIENCE_MS = 60_000

/** What the tills have heard, all together. */
class Ears {
  readonly #ids = new Set<string>()
  /** Tills that have connected since the last call of `firstAnew`. */
  readonly #anew = new Set<Link>()
  #connectedMs = 0
  #heard = 0
  #goal = { count: Number.POSITIVE_INFINITY, reached: () => {} }
  #first: ((nowMs: number) => void) | null = null

  get different(): number {
    return this.#ids.size
  }

  /** Events that a handler got although one had succeeded with them. */
  get repeated(): number {
    return this.#heard - this.#ids.size
  }

  /** When the last till has connected. */
  get connectedMs(): number {
    return this.#connectedMs
  }

  connected(till: Link): void {
    this.#connectedMs = performance.now()
    this.#anew.add(till)
  }

  hear(till: Link | null, id: string): void {
    this.#ids.add(id)
    this.#heard += 1
    if (till !== null && this.#anew.has(till)) this.#first?.(performance.now())
    if (this.#heard >= this.#goal.count) this.#goal.reached()
  }

  /** Resolves when so many more have been heard. */
  more(count: number): Promise<void> {
    return new Promise((reached) => {
      this.#goal = { count: this.#heard + count, reached }
    })
  }

  /** The instant of the first event that comes over a connection which is made from now on: what an old one still brings does not count. */
  firstAnew(): Promise<number> {
    this.#anew.clear()
    return new Promise((resolve) => {
      this.#first = resolve
    })
  }
}

const openTill = async (url: string, store: string, ears: Ears): Promise<Link> => {
  let till: Link | null = null
  const { link } = await connectTill(url, { store, id: 'till' }, { handle: ({ id }) => ears.hear(till, id) })
  till = link
  link.onStatus(({ kind }) => void (kind === 'connected' && ears.connected(link)))
  return link
}

const openImpatient = async (url: string): Promise<ImpatientTill> => {
  const till = new ImpatientTill(url, IMPATIENT)
  const first = till.firstEvent()
  const flow = await OrderFlow.open({
    url,
    stores: [IMPATIENT.store],
    underWay: ORDERS_FOR_IMPATIENT,
    name: 'impatient',
  })
  await Promise.all([first, flow.run(ORDERS_FOR_IMPATIENT)])
  await flow.close()
  return till
}

/** On `performance.now()`. */
export interface FirstEvents {
  /** Over a connection that was made as soon as there was a hub to take it. */
  readonly earliestMs: number
  /** To a handler of a link, which comes back when its own delay is over. */
  readonly linkMs: number
}

export class RecoveryLoad {
  readonly #ears: Ears
  readonly #flow: OrderFlow
  readonly #tills: readonly Link[]
  readonly #running: Promise<void>
  readonly #impatient: ImpatientTill

  private constructor(ears: Ears, flow: OrderFlow, tills: readonly Link[], impatient: ImpatientTill) {
    this.#impatient = impatient
    this.#ears = ears
    this.#flow = flow
    this.#tills = tills
    this.#running = flow.run(Number.MAX_SAFE_INTEGER)
    // Whoever waits for an event hears of it.
    this.#running.catch(() => {})
  }

  static async start(url: string): Promise<RecoveryLoad> {
    const ears = new Ears()
    const tills = await Promise.all(LIVE_STORES.map((store) => openTill(url, store, ears)))
    const impatient = await openImpatient(url)
    const flow = await OrderFlow.open({ url, stores: LIVE_STORES, underWay: ORDERS_UNDER_WAY, name: 'live' })
    return new RecoveryLoad(ears, flow, tills, impatient)
  }

  /** @throws what the hub has refused for good, and when nothing comes */
  #heard<T>(what: string, heard: Promise<T>): Promise<T> {
    return within(Promise.race([heard, this.#running.then(() => heard)]), PATIENCE_MS, what)
  }

  /** Resolves when the hub is in the middle of work. */
  untilBusy(): Promise<void> {
    return this.#heard('the load to be under way', this.#ears.more(BUSY_AFTER))
  }

  /** Resolves when every link has been connected for long enough to begin with the shortest delay again when it breaks. */
  async untilSettled(): Promise<void> {
    const waitMs = () =>
      Math.max(this.#ears.connectedMs, this.#flow.connectedMs) + LONGEST_DELAY_MS - performance.now()
    while (waitMs() > 0) await pause(waitMs() + 1)
  }

  /** To be called when the hub is dead: when the next one hands events over. */
  async firstEvents(): Promise<FirstEvents> {
    const [earliestMs, linkMs] = await Promise.all([
      this.#impatient.firstEvent(),
      this.#heard('the first event after a kill', this.#ears.firstAnew()),
    ])
    return { earliestMs, linkMs }
  }

  /** Makes no more orders and waits for the rest. */
  async end(): Promise<{ confirmed: number; lost: number; repeated: number }> {
    this.#flow.stop()
    await within(this.#running, PATIENCE_MS, 'the last orders of the load')
    const confirmed = this.#flow.delivered * 2
    const missing = confirmed - this.#ears.different
    if (missing > 0)
      await within(this.#ears.more(missing), PATIENCE_MS, 'the last events of the load').catch(() => {})
    this.#impatient.close()
    await Promise.all([this.#flow.close(), ...this.#tills.map((till) => till.close({ drain: true }))])
    return { confirmed, lost: confirmed - this.#ears.different, repeated: this.#ears.repeated }
  }
}

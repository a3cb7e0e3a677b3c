/**
 * The healthy participants' process: tills that order at a known rate, and drivers that carry whatever they are handed. Each order of its own is ticked off at every step; the time from `publish` to the receipt and to the
 * handler is measured, in the quiet and under attack.
 */
import type { HandedEvent, Link, LinkOptions } from '../../shared/link/index.ts'
import { percentile } from '../load/figures.ts'
import {
  atRate,
  carryAtOnce,
  connectedLink,
  type Latencies,
  publishTimed,
  Stopwatch,
} from '../load/participants.ts'
import { serveFunctions } from '../load/worker.ts'
import { HEALTHY_DRIVERS, HEALTHY_TILLS, type Tokens } from './cast.ts'
import { HealthyWatchers, type WatchersAccount } from './healthy-watchers.ts'

/** Orders that attackers get accepted are carried too, and must not use up all room. */
const CAPACITY = 5000
/** What must come of every order: its steps, each once. */
const STEPS = ['confirmed', 'picked-up', 'in-transit', 'delivered'] as const
type HealthyStep = (typeof STEPS)[number]

export interface Latency {
  readonly count: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly greatestMs: number
}

export interface PhaseFigures {
  readonly orders: number
  readonly receipt: Latency
  readonly handler: Latency
  /** Steps that took longer than anybody waits for. */
  readonly late: number
}

/** When events count: those of a warm-up do not. */
export type PhaseKind = 'quiet' | 'busy' | 'warm-up'

export interface Account {
  readonly orders: number
  /** Steps that did not come. */
  readonly lost: number
  /** Steps that came again. */
  readonly repeated: number
  /** The first orders of which something is missing, and what. */
  readonly missing: readonly string[]
  readonly disconnects: number
  readonly watchers: WatchersAccount
}

const LATE_MS = 2000

const tills: Link[] = []
const drivers: Link[] = []
const stopwatch = new Stopwatch()
const open = new Map<string, Set<HealthyStep>>()
const counts = { orders: 0, repeated: 0, disconnects: 0 }
let whenAllDone: (() => void) | null = null

const tick = (orderId: string, step: HealthyStep): void => {
  const steps = open.get(orderId)
  if (steps === undefined || steps.has(step)) {
    if (orderId.startsWith('h-')) counts.repeated += 1
    return
  }
  steps.add(step)
  if (steps.size < STEPS.length) return
  open.delete(orderId)
  if (open.size === 0) whenAllDone?.()
}

const optionsOf = (url: string, token: string | undefined): Pick<LinkOptions, 'url' | 'token'> => ({
  url,
  ...(token === undefined ? {} : { token }),
})

const countDisconnects = (link: Link): void =>
  void link.onStatus(({ kind }) => {
    if (kind === 'disconnected') counts.disconnects += 1
  })

const prepareTill = (link: Link): void => {
  countDisconnects(link)
  for (const name of ['in-transit', 'delivered'] as const)
    link.on(name, (event: HandedEvent) => {
      stopwatch.handled(event)
      tick(event.payload.orderId, name)
    })
}

const prepareDriver = (link: Link): void => {
  countDisconnects(link)
  const ticking: Pick<Link, 'on' | 'publish'> & Partial<Link> = {
    publish: (...args) => link.publish(...args),
    on: (name, handler) =>
      link.on(name, (event) => {
        tick(event.payload.orderId, 'picked-up')
        return handler(event)
      }),
  }
  carryAtOnce(ticking as Link, { stopwatch, details: {} })
}

const orderNow = (): void => {
  counts.orders += 1
  const index = counts.orders % HEALTHY_TILLS.length
  const orderId = `h-${counts.orders}`
  open.set(orderId, new Set())
  const order = { store: HEALTHY_TILLS[index]!, orderId, customer: 'Ada Li', address: '1 Main St' }
  publishTimed(tills[index]!, 'pickup', order, stopwatch).then(
    () => tick(orderId, 'confirmed'),
    // It stays open, and is lost.
    () => {},
  )
}

const latencyOf = (values: readonly number[]): Latency => ({
  count: values.length,
  p50Ms: percentile(values, 0.5),
  p99Ms: percentile(values, 0.99),
  greatestMs: values.reduce((greatest, value) => Math.max(greatest, value), 0),
})

/** What was measured in all phases of a kind. */
class Measured {
  #orders = 0
  readonly #receipt: number[] = []
  readonly #handler: number[] = []

  add(orders: number, { receipt, handler }: Latencies): void {
    this.#orders += orders
    for (const value of receipt) this.#receipt.push(value)
    for (const value of handler) this.#handler.push(value)
  }

  get figures(): PhaseFigures {
    const late = [...this.#receipt, ...this.#handler].filter((value) => value > LATE_MS).length
    return {
      orders: this.#orders,
      receipt: latencyOf(this.#receipt),
      handler: latencyOf(this.#handler),
      late,
    }
  }
}

const measured = { quiet: new Measured(), busy: new Measured(), 'warm-up': new Measured() }
const watchers = new HealthyWatchers()

const allDone = (limitMs: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, limitMs)
    whenAllDone = () => {
      clearTimeout(timer)
      resolve()
    }
    if (open.size === 0) whenAllDone()
  })

const SLICE_MS = 500

class Phase {
  #isOver = false
  readonly #work: Promise<void>

  constructor(ordersPerSecond: number) {
    this.#work = this.#order(ordersPerSecond)
  }

  async #order(ordersPerSecond: number): Promise<void> {
    while (!this.#isOver) await atRate(ordersPerSecond, SLICE_MS, orderNow)
  }

  stop(): Promise<void> {
    this.#isOver = true
    return this.#work
  }
}

let phase: Phase | null = null
let ordersBefore = 0

const functions = {
  open: async ({ url, tokens }: { url: string; tokens: Tokens }) => {
    for (const store of HEALTHY_TILLS) {
      const options = optionsOf(url, tokens[`vendor/${store}/main`])
      tills.push(await connectedLink({ ...options, role: 'vendor', store }, prepareTill))
    }
    for (const id of HEALTHY_DRIVERS) {
      const options = optionsOf(url, tokens[`driver/${id}`])
      drivers.push(await connectedLink({ ...options, role: 'driver', id, capacity: CAPACITY }, prepareDriver))
    }
    await watchers.open(url, tokens)
  },

  /** Orders at a rate, until `end`. */
  begin: ({ ordersPerSecond }: { ordersPerSecond: number }): void => {
    ordersBefore = counts.orders
    stopwatch.begin()
    phase = new Phase(ordersPerSecond)
  },

  /** No further orders; resolves when all of them have been carried, or after the limit. */
  end: async ({ limitMs, kind }: { limitMs: number; kind: PhaseKind }): Promise<void> => {
    await phase?.stop()
    await allDone(limitMs)
    measured[kind].add(counts.orders - ordersBefore, stopwatch.end())
  },

  figures: (_: object): { quiet: PhaseFigures; busy: PhaseFigures } => ({
    quiet: measured.quiet.figures,
    busy: measured.busy.figures,
  }),

  account: async (_: object): Promise<Account> => {
    await watchers.stop()
    const missing = [...open].map(([orderId, steps]) => `${orderId} (has ${[...steps].join(', ')})`)
    const lost = [...open.values()].reduce((sum, steps) => sum + STEPS.length - steps.size, 0)
    return { ...counts, lost, missing: missing.slice(0, 10), watchers: watchers.account }
  },
}

export type Healthy = typeof functions

serveFunctions(functions)

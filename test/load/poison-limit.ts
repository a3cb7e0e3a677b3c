/** Orders whose handler always fails, in a queue with healthy ones, until each is dead; the hub is killed on the way. What is counted are the attempts that the hub itself announces. */
import type { HandedEvent } from '../../shared/link/index.ts'
import { type MeasuredHub, startMeasuredHub } from './measured-hub.ts'
import { numberOf, OrderFlow, orderIdOf } from './order-flow.ts'
import { connectTill, type Till } from './tills.ts'
import { within } from './within.ts'

export const POISONED_TILL: Till = { store: 'poisoned', id: 'till' }
/** The hub's default. */
export const DELIVERY_LIMIT = 10
const FLOW = 'order'
const ORDERS_UNDER_WAY = 50
const LIMIT_MS = 120_000
/** Short, so that ten failures take a second. */
const FLAGS = ['--retry-delay-ms', '20', '--longest-retry-delay-ms', '100']

export interface Limited {
  /** Poisoned events that were handed over at each attempt from the first to the limit, and at no other. */
  readonly exact: number
  /** `delivered` of poisoned orders, which comes when its `in-transit` is dead. */
  readonly laterHandled: number
  /** Healthy events that were not handled exactly once. */
  readonly healthyFaults: number
  readonly rejections: number
}

/** Every other order: healthy ones lie between them in the queue. */
const isPoisoned = (orderId: string): boolean => numberOf(orderId) % 2 === 0

export const keysOf = (orders: number, which: 'poisoned' | 'healthy'): string[] =>
  Array.from({ length: orders }, (_, number) => orderIdOf(FLOW, number))
    .filter((orderId) => isPoisoned(orderId) === (which === 'poisoned'))
    .flatMap((orderId) =>
      (which === 'poisoned' ? [] : [`in-transit ${orderId}`]).concat(`delivered ${orderId}`),
    )

/** What the till's handler has seen. */
export class PoisonBook {
  readonly #attempts = new Map<number, Set<number>>()
  readonly #handled = new Map<string, number>()
  #rejections = 0
  #waiting: { isReached(): boolean; reached(): void } | null = null

  /** @throws Error for poison */
  handle(event: HandedEvent): void {
    const { orderId } = event.payload
    if (event.event === 'in-transit' && isPoisoned(orderId)) this.#reject(event)
    const key = `${event.event} ${orderId}`
    this.#handled.set(key, (this.#handled.get(key) ?? 0) + 1)
    this.#look()
  }

  #reject({ attempt, payload }: HandedEvent): never {
    const number = numberOf(payload.orderId)
    this.#attempts.set(number, (this.#attempts.get(number) ?? new Set()).add(attempt))
    this.#rejections += 1
    this.#look()
    throw new Error('poison')
  }

  get rejections(): number {
    return this.#rejections
  }

  /** Poisoned events with exactly the attempts from 1 to `limit`. */
  exact(limit: number): number {
    return [...this.#attempts.values()].filter(
      (attempts) => attempts.size === limit && Math.max(...attempts) === limit,
    ).length
  }

  /** Of events that were to be handled: how many were, exactly once. */
  handledOnce(keys: readonly string[]): number {
    return keys.filter((key) => this.#handled.get(key) === 1).length
  }

  until(isReached: () => boolean): Promise<void> {
    return new Promise((reached) => {
      this.#waiting = { isReached, reached }
      this.#look()
    })
  }

  #look(): void {
    if (this.#waiting?.isReached()) this.#waiting.reached()
  }
}

/** Queued while the till is away. */
const publish = async (url: string, orders: number): Promise<void> => {
  const { link } = await connectTill(url, POISONED_TILL)
  await link.close()
  const flow = await OrderFlow.open({
    url,
    stores: [POISONED_TILL.store],
    underWay: ORDERS_UNDER_WAY,
    name: FLOW,
  })
  await flow.run(orders)
  await flow.close()
}

/** Kills at even distances of rejections. */
const failWithKills = async (
  hub: MeasuredHub,
  book: PoisonBook,
  { folder, poisoned, kills }: { folder: string; poisoned: number; kills: number },
): Promise<MeasuredHub> => {
  let current = hub
  for (let kill = 1; kill <= kills; kill += 1) {
    const goal = (poisoned * DELIVERY_LIMIT * kill) / (kills + 1)
    await within(
      book.until(() => book.rejections >= goal),
      LIMIT_MS,
      `${goal} rejections`,
    )
    await current.kill()
    current = await startMeasuredHub({ folder, port: current.port, flags: FLAGS })
  }
  return current
}

export const runToLimit = async (
  folder: string,
  { poisoned, kills }: { poisoned: number; kills: number },
): Promise<Limited> => {
  const book = new PoisonBook()
  const orders = 2 * poisoned
  const [later, healthy] = [keysOf(orders, 'poisoned'), keysOf(orders, 'healthy')]
  let hub = await startMeasuredHub({ folder, flags: FLAGS })
  try {
    await publish(hub.url, orders)
    const till = await connectTill(hub.url, POISONED_TILL, { handle: (event) => book.handle(event) })
    hub = await failWithKills(hub, book, { folder, poisoned, kills })
    const wanted = later.length + healthy.length
    const isOver = () => book.handledOnce(later) + book.handledOnce(healthy) === wanted
    await within(book.until(isOver), LIMIT_MS, 'the poisoned orders to be given up').catch(() => {})
    await till.link.close({ drain: true })
    await hub.stop()
  } finally {
    await hub.kill()
  }
  return {
    exact: book.exact(DELIVERY_LIMIT),
    laterHandled: book.handledOnce(later),
    healthyFaults: healthy.length - book.handledOnce(healthy),
    rejections: book.rejections,
  }
}

/** Participants with the real link, by the thousand, and what they measure: for the client processes of every scenario. */
import { connectHub } from '../../shared/link/connect-hub.ts'
import type { Link, LinkOptions } from '../../shared/link/index.ts'
import type { Order, Progress } from '../../shared/messages.ts'
import type { EventName, HandedEvent } from '../../shared/protocol.ts'
import { monotonicMs } from './machine.ts'

/** Handshakes of one client process that are under way at a time, so that connecting is no storm unless a scenario wants one. */
const AT_A_TIME = 50

/** `open` for each of `items`, some at a time, in their order. */
export const openAll = async <T, R>(items: readonly T[], open: (item: T) => Promise<R>): Promise<R[]> => {
  const opened: R[] = []
  for (let at = 0; at < items.length; at += AT_A_TIME)
    opened.push(...(await Promise.all(items.slice(at, at + AT_A_TIME).map(open))))
  return opened
}

/** A link that is connected; `prepare` registers its handlers before the first event comes. */
export const connectedLink = async (options: LinkOptions, prepare: (link: Link) => void): Promise<Link> => {
  const link = await connectHub(options)
  prepare(link)
  await new Promise<void>((resolve) => {
    const stop = link.onStatus(({ kind }) => {
      if (kind !== 'connected') return
      stop()
      resolve()
    })
  })
  return link
}

/** Milliseconds, measured at clients, from the call of `publish`. */
export interface Latencies {
  /** To the hub's receipt, at the sender. */
  readonly receipt: number[]
  /** To the handler, at each receiver. */
  readonly handler: number[]
}

const noLatencies = (): Latencies => ({ receipt: [], handler: [] })

/** Collects latencies between `begin` and `end`, by the time of sending: what was sent before does not count. */
export class Stopwatch {
  #latencies = noLatencies()
  #fromMs = Number.POSITIVE_INFINITY

  begin(): void {
    this.#latencies = noLatencies()
    this.#fromMs = monotonicMs()
  }

  end(): Latencies {
    this.#fromMs = Number.POSITIVE_INFINITY
    return this.#latencies
  }

  receipt(sentMs: number): void {
    if (sentMs >= this.#fromMs) this.#latencies.receipt.push(monotonicMs() - sentMs)
  }

  handled({ payload }: HandedEvent): void {
    const sentMs = payload.details?.sentMs
    if (typeof sentMs === 'number' && sentMs >= this.#fromMs)
      this.#latencies.handler.push(monotonicMs() - sentMs)
  }
}

/** Publishes with the time of sending in the event, for whoever receives it. */
export const publishTimed = async <E extends EventName>(
  link: Link,
  event: E,
  payload: E extends 'pickup' ? Order : Progress,
  stopwatch: Stopwatch,
): Promise<void> => {
  const sentMs = monotonicMs()
  await link.publish(event, { ...payload, details: { ...payload.details, sentMs } } as never)
  stopwatch.receipt(sentMs)
}

/** A driver that carries each parcel at once. `details` go with each of its reports. */
export const carryAtOnce = (
  link: Link,
  { stopwatch, details }: { stopwatch: Stopwatch; details: object },
): void => {
  const carry = async ({ payload: { store, orderId } }: HandedEvent) => {
    const progress: Progress = { store, orderId, details: { ...details } }
    await publishTimed(link, 'in-transit', progress, stopwatch)
    await publishTimed(link, 'delivered', progress, stopwatch)
  }
  link.on('pickup', (event) => {
    stopwatch.handled(event)
    // A parcel that was given to somebody else meanwhile, and a link that is closed at the end, are none of this program's business.
    carry(event).catch(() => {})
  })
}

/** A till that only takes notice. */
export const takeNotice = (link: Link, stopwatch: Stopwatch): void => {
  for (const event of ['in-transit', 'delivered'] as const)
    link.on(event, (handed) => stopwatch.handled(handed))
}

const STEP_MS = 10

/**
 * Calls `run` so often a second for a time, whatever becomes of the calls: a hub that is slow gets no less to do.
 * Resolves when the time is over.
 */
export const atRate = (perSecond: number, durationMs: number, run: (index: number) => void): Promise<void> =>
  new Promise((resolve) => {
    const startMs = monotonicMs()
    let done = 0
    const timer = setInterval(() => {
      const elapsedMs = monotonicMs() - startMs
      const due = Math.floor((Math.min(elapsedMs, durationMs) / 1000) * perSecond)
      for (; done < due; done += 1) run(done)
      if (elapsedMs < durationMs) return
      clearInterval(timer)
      resolve()
    }, STEP_MS)
  })

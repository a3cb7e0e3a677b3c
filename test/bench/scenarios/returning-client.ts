/** A client process of `catch-up`: one vendor with the link library, as in S1, that comes back to a long queue, and ticks off what it is handed. */
import type { HandedEvent } from '../../../shared/link/index.ts'
import { Tenths } from '../../load/figures.ts'
import { Heard, type Till } from '../../load/tills.ts'
import { serveFunctions } from '../../load/worker.ts'
import { openLink } from '../client/link-participant.ts'
import type { Participant } from '../client/participant.ts'

export interface CaughtUp {
  /** From the beginning of connecting to the end of the last handler. */
  readonly elapsedMs: number
  /** Of this process. */
  readonly processorMicros: number
  /** In each tenth of the way. */
  readonly perSecond: readonly number[]
  /** Events that came twice, out of order or unasked. */
  readonly faults: number
  /** From the beginning of connecting. */
  readonly firstMs: number
}

interface Asked {
  readonly url: string
  readonly till: Till
  /** Of the queue: twice as many events. */
  readonly orders: number
  readonly window: number
}

let participant: Participant | null = null

/** Resolves when as many events have come as the orders have. */
const hearAll = ({
  url,
  till,
  orders,
  window,
}: Asked): Promise<{ heard: Heard; tenths: Tenths; firstMs: number }> => {
  const heard = new Heard(orders)
  const tenths = new Tenths(2 * orders, performance.now())
  let firstMs = Number.NaN
  return new Promise((resolve, reject) => {
    const failed = (why: string) => reject(new Error(why))
    const handed = (event: HandedEvent) => {
      if (heard.count === 0) firstMs = performance.now()
      heard.hear(event)
      tenths.add(() => performance.now())
      if (tenths.isComplete) resolve({ heard, tenths, firstMs })
    }
    openLink({ url, identity: { role: 'vendor', ...till }, window, handed, failed }).then((opened) => {
      participant = opened
    }, reject)
  })
}

const functions = {
  catchUp: async (asked: Asked): Promise<CaughtUp> => {
    const [beganMs, before] = [performance.now(), process.cpuUsage()]
    const { heard, tenths, firstMs } = await hearAll(asked)
    const { user, system } = process.cpuUsage(before)
    return {
      elapsedMs: performance.now() - beganMs,
      processorMicros: user + system,
      perSecond: tenths.perSecond(),
      faults: heard.faults,
      firstMs: firstMs - beganMs,
    }
  },

  /** Resolves when all acknowledgements have left. */
  close: async (_: object): Promise<void> => participant?.close(),
}

export type ReturningClient = typeof functions

serveFunctions(functions)

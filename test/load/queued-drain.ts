/** The tills are back: everything that was queued for them is handed over, acknowledged and ticked off. */
import type { Link } from '../../shared/link/index.ts'
import { Tenths } from './figures.ts'
import { type MeasuredHub, type Memory, startMeasuredHub } from './measured-hub.ts'
import { watchMemory } from './memory-watch.ts'
import { say } from './output.ts'
import { connectTill, Heard, inSlices, type Till } from './tills.ts'
import { within } from './within.ts'

export interface Drained {
  readonly entries: number
  readonly heard: number
  readonly faults: number
  readonly owed: number
  readonly tookMs: number
  readonly perSecond: readonly number[]
  readonly peak: Memory
  /** When it was over, after a collection. */
  readonly after: Memory
}

export interface Queues {
  readonly folder: string
  readonly tills: readonly Till[]
  /** That were made; their entries lie in the queues of these tills. */
  readonly orders: number
  readonly entriesAnOrder: number
}

/** Below it something is wrong, and waiting longer would not mend it. */
const LEAST_PER_SECOND = 2000
const SHORTEST_LIMIT_MS = 60_000

interface Drain {
  readonly tenths: Tenths
  readonly heard: readonly Heard[]
  readonly links: readonly Link[]
}

const connectAll = async (
  hub: MeasuredHub,
  queues: Queues,
  tenths: Tenths,
  complete: () => void,
): Promise<Drain> => {
  const listening = await inSlices(queues.tills, async (till) => {
    const heard = new Heard(queues.orders)
    const handle = (event: Parameters<Heard['hear']>[0]) => {
      heard.hear(event)
      tenths.add(() => performance.now())
      if (tenths.isComplete) complete()
    }
    return { heard, link: (await connectTill(hub.url, till, { handle })).link }
  })
  return { tenths, heard: listening.map(({ heard }) => heard), links: listening.map(({ link }) => link) }
}

/** What comes late is missing then: the report says so. */
const untilDrained = async (hub: MeasuredHub, queues: Queues, entries: number): Promise<Drain> => {
  let complete = () => {}
  const completed = new Promise<void>((resolve) => {
    complete = resolve
  })
  const tenths = new Tenths(entries, performance.now())
  const drain = await connectAll(hub, queues, tenths, complete)
  const limitMs = Math.max(SHORTEST_LIMIT_MS, (entries / LEAST_PER_SECOND) * 1000)
  await within(completed, limitMs, 'the queues to be drained').catch((late: Error) => say(late.message))
  return drain
}

export const drain = async (queues: Queues): Promise<Drained> => {
  const hub = await startMeasuredHub({ folder: queues.folder })
  try {
    const entries = queues.orders * queues.entriesAnOrder
    const startMs = performance.now()
    const { result, peak } = await watchMemory(hub, () => untilDrained(hub, queues, entries))
    const tookMs = performance.now() - startMs
    const after = await hub.memory({ collect: true })
    await Promise.all(result.links.map((link) => link.close({ drain: true })))
    const { owed } = await hub.stop()
    return {
      entries,
      heard: result.heard.reduce((sum, { count }) => sum + count, 0),
      faults: result.heard.reduce((sum, { faults }) => sum + faults, 0),
      owed,
      tookMs,
      perSecond: result.tenths.perSecond(),
      peak,
      after,
    }
  } finally {
    await hub.kill()
  }
}

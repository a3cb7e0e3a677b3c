/**
 * One round of `catch-up`: a hub is started on a linked folder in which a vendor has a long queue; the others begin, alone at first; the vendor returns and takes what is queued for it while they go on. The round
 * ends with the books of both and of the hub held against each other.
 */
import { rm } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { Fault } from '../../../shared/fault.ts'
import type { MeasuredHub } from '../../load/measured-hub.ts'
import { within } from '../../load/within.ts'
import { type Functions, startWorker, type Worker } from '../../load/worker.ts'
import { askedOf, EVENTS_AN_ORDER } from '../client/workload.ts'
import { startCapsHub } from '../hubs.ts'
import { endWithUs } from '../leftovers.ts'
import type { Context, Figures } from '../scenario.ts'
import { type Books, bookFaults, NEW_BOOKS } from '../side.ts'
import { courseOf, growthIn } from './memory-course.ts'
import type { OthersClient, Waits } from './others-client.ts'
import { linkFolder, ordersFor } from './queued-folder.ts'
import type { CaughtUp, ReturningClient } from './returning-client.ts'
import { LIMITS, LOAD } from './saturated.ts'
import { untilQuiet } from './settled.ts'

export interface RoundSizes {
  /** Queued. */
  readonly entries: number
  readonly othersPerSecond: number
  /** Of the others alone, before the vendor returns: first until all is warm, then measured. */
  readonly warmMs: number
  readonly aloneMs: number
}

/** Whose queue it is. */
export const TILL = { store: 'returning', id: 'till-1' }
/** As that of S1's vendor. */
const { window: WINDOW } = askedOf(LOAD)
const LEAST_PER_SECOND = 2000
const SHORTEST_LIMIT_MS = 30_000
const ANSWER_LIMIT_MS = 60_000
const MIB = 1024 * 1024

export interface Round {
  readonly figures: Figures
  readonly alone: Waits
  readonly during: Waits
  readonly grownBytes: number
  readonly caughtUp: CaughtUp
}

const workerOf = <F extends Functions>(file: string): Worker<F> => {
  const worker = startWorker<F>(new URL(file, import.meta.url))
  endWithUs(worker.pid)
  return worker
}

interface Stage {
  readonly hub: MeasuredHub
  readonly others: Worker<OthersClient>
  readonly returning: Worker<ReturningClient>
  readonly sizes: RoundSizes
}

const othersAlone = async ({ hub, others, sizes }: Stage): Promise<Waits> => {
  await within(others.call('open', { url: hub.url }), ANSWER_LIMIT_MS, 'the others to connect')
  await others.call('begin', { ordersPerSecond: sizes.othersPerSecond })
  await pause(sizes.warmMs)
  await others.call('waits', {})
  await pause(sizes.aloneMs)
  return others.call('waits', {})
}

const catchUp = ({ hub, returning, sizes }: Stage): Promise<CaughtUp> => {
  const { entries } = sizes
  const limitMs = SHORTEST_LIMIT_MS + (entries / LEAST_PER_SECOND) * 1000
  const orders = ordersFor({ tillsAStore: 1, entries })
  const caughtUp = returning.call('catchUp', { url: hub.url, till: TILL, orders, window: WINDOW })
  return within(caughtUp, limitMs, `${entries} queued events to be handed over`)
}

/** What the books of a round say that they must not. */
export const roundFaults = (
  last: Books,
  seen: {
    readonly entries: number
    /** Orders of the others, and those of them that have not ended. */
    readonly made: number
    readonly missing: number
    readonly faults: number
  },
): string[] => {
  const { entries, made, missing, faults } = seen
  return [
    ...bookFaults(last, { ...NEW_BOOKS, acknowledged: entries }, made),
    ...(faults > 0 ? [`${faults} events came to the vendor twice, out of order or unasked`] : []),
    ...(missing > 0 ? [`${missing} orders of the others have not ended`] : []),
  ]
}

/** @throws Fault `lost` when a participant or the hub's books miss an event, or have one too many */
const endRound = async (
  { hub, others, returning, sizes: { entries } }: Stage,
  { faults }: CaughtUp,
): Promise<void> => {
  await within(returning.call('close', {}), ANSWER_LIMIT_MS, 'the vendor that has returned to go')
  const ended = await within(others.call('close', {}), ANSWER_LIMIT_MS, 'the others to go')
  const wrong = roundFaults(await hub.stop(), { entries, faults, ...ended })
  if (wrong.length > 0) throw new Fault('lost', `The books of the catch-up are wrong: ${wrong.join(', ')}.`)
}

const runOn = async (stage: Stage): Promise<Round> => {
  const { hub, others, sizes } = stage
  await untilQuiet(hub)
  const alone = await othersAlone(stage)
  const before = await hub.processorMicros()
  const { result: caughtUp, course } = await courseOf(hub, () => catchUp(stage))
  const hubMicros = (await hub.processorMicros()) - before
  const during = await others.call('waits', {})
  await endRound(stage, caughtUp)
  const { elapsedMs, processorMicros } = caughtUp
  const figures = {
    eventsPerSecond: (sizes.entries * 1000) / elapsedMs,
    hubMicrosPerEvent: hubMicros / (sizes.entries + EVENTS_AN_ORDER * during.orders),
    p50Ms: during.p50Ms,
    p99Ms: during.p99Ms,
    hubMiB: Math.max(...course) / MIB,
    clientMicrosPerEvent: processorMicros / sizes.entries,
  }
  return { figures, alone, during, grownBytes: growthIn(course), caughtUp }
}

/** A hub that is started on a copy of what is queued. */
export interface QueuedHub {
  readonly hub: MeasuredHub
  /** When the hub is gone. */
  remove(): Promise<void>
}

/** @param seeded a folder in which so many events are queued for `TILL`; it stays as it is */
export const onLinkedFolder = async (context: Context, seeded: string): Promise<QueuedHub> => {
  const folder = context.newFolder()
  await linkFolder(seeded, folder)
  const hub = await startCapsHub(folder, LIMITS)
  return { hub, remove: () => rm(folder, { recursive: true, force: true }) }
}

export const runRound = async (context: Context, queued: QueuedHub, sizes: RoundSizes): Promise<Round> => {
  const { hub } = queued
  const others = workerOf<OthersClient>('others-client.ts')
  const returning = workerOf<ReturningClient>('returning-client.ts')
  try {
    const round = await runOn({ hub, others, returning, sizes })
    context.say(
      `  caught up at ${Math.round(round.figures.eventsPerSecond)} events/s; p99 of the others ${round.during.p99Ms.toFixed(1)} ms, before ${round.alone.p99Ms.toFixed(1)} ms`,
    )
    return round
  } finally {
    await Promise.all([others.stop(), returning.stop(), hub.kill()])
    await queued.remove()
  }
}

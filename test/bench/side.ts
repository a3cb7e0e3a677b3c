/**
 * One side of a comparison: a hub and a client process with the workload on it. A window runs a number of orders from rest to rest and gives what they took; the end of a side holds the hub's own books against what was
 * run, so that no figure is made of events that were lost.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { Fault, messageOf } from '../../shared/fault.ts'
import type { HubReport } from '../../shared/run-report.ts'
import type { MeasuredHub } from '../load/measured-hub.ts'
import { within } from '../load/within.ts'
import { startWorker, type Worker } from '../load/worker.ts'
import type { ClientFunctions } from './client/main.ts'
import type { ClientKind } from './client/participant.ts'
import { EVENTS_AN_ORDER, type WorkloadSettings } from './client/workload.ts'
import { endWithUs } from './leftovers.ts'
import type { Figures } from './scenario.ts'

export interface SideSettings extends Omit<WorkloadSettings, 'url'> {
  /** In words, for faults. */
  readonly name: string
  readonly client: ClientKind
}

export interface Side {
  readonly hub: MeasuredHub
  /**
   * The hub's processor time is counted from the end of the window before: what it has put off, to do it while others are measured, is not lost.
   * @throws Fault when an event is lost or refused, or the orders take far too long
   */
  window(orders: number): Promise<Figures>
  /** Ends client and hub. @throws Fault `lost` when the hub's books say something else than what was run */
  close(): Promise<void>
  /** Ends both at once, whatever they are doing. */
  kill(): Promise<void>
}

const CONNECT_LIMIT_MS = 120_000
const CLOSE_LIMIT_MS = 60_000
const READING_LIMIT_MS = 10_000
const LOOK_EVERY_MS = 100
const SHORTEST_LIMIT_MS = 30_000
/** Below it something is wrong. */
const LEAST_ORDERS_PER_SECOND = 200
const MIB = 1024 * 1024

/** A hub's report as CAPS gives it; a control ignores nothing. */
export type Books = HubReport & { readonly ignored?: number }

/** Of a hub that has just started. */
export const NEW_BOOKS: Books = {
  actor: 'hub',
  accepted: 0,
  repeats: 0,
  refused: 0,
  handovers: 0,
  redelivered: 0,
  acknowledged: 0,
  owed: 0,
  deadLetters: 0,
  waiting: 0,
}

/**
 * What a hub must say of itself after so many orders. An acknowledgement that it ignores is one of a pickup whose `in-transit` has come before it: the report has taken the order, as good as an acknowledgement.
 * @param before its report when the client began
 */
export const bookFaults = (report: Books, before: Books, orders: number): string[] => {
  const events = orders * EVENTS_AN_ORDER
  const since = (...names: (keyof Omit<Books, 'actor'>)[]) =>
    names.reduce((sum, name) => sum + (report[name] ?? 0) - (before[name] ?? 0), 0)
  const books = [
    ['accepted', since('accepted'), events],
    ['acknowledged', since('acknowledged', 'ignored'), events],
    ['refused', since('refused'), 0],
    ['repeats', since('repeats'), 0],
    ['redelivered', since('redelivered'), 0],
    ['dead letters', since('deadLetters'), 0],
    ['owed', since('owed'), 0],
  ] as const
  return books.flatMap(([name, found, expected]) =>
    found === expected ? [] : [`${name} ${found} instead of ${expected}`],
  )
}

interface Ends {
  readonly hub: MeasuredHub
  readonly client: Worker<ClientFunctions>
  readonly name: string
}

const runOrders = async (
  { hub, client, name }: Ends,
  orders: number,
): Promise<Omit<Figures, 'hubMicrosPerEvent'>> => {
  const events = orders * EVENTS_AN_ORDER
  const limitMs = SHORTEST_LIMIT_MS + (orders / LEAST_ORDERS_PER_SECOND) * 1000
  const running = client.call('run', { orders }).catch((cause: unknown) => {
    throw new Fault('failed', `${name}: ${messageOf(cause)}`, { cause })
  })
  const { elapsedMs, processorMicros, p50Ms, p99Ms } = await within(
    running,
    limitMs,
    `${orders} orders on ${name}`,
  )
  const { rssBytes } = await hub.memory()
  return {
    eventsPerSecond: (events * 1000) / elapsedMs,
    p50Ms,
    p99Ms,
    hubMiB: rssBytes / MIB,
    clientMicrosPerEvent: processorMicros / events,
  }
}

const connectClient = async (
  hub: MeasuredHub,
  { name, client: kind, ...workload }: SideSettings,
): Promise<Worker<ClientFunctions>> => {
  const client = startWorker<ClientFunctions>(new URL('client/main.ts', import.meta.url))
  endWithUs(client.pid)
  try {
    const opened = client.call('open', { kind, url: hub.url, ...workload })
    await within(opened, CONNECT_LIMIT_MS, `the participants of ${name} to connect`)
    return client
  } catch (error) {
    await client.stop()
    throw error
  }
}

/** What participants sent last may lie unread at a hub that is busy when they have gone, and a hub that is told to stop reads no more. */
const untilRead = async (hub: MeasuredHub, isRight: (report: Books) => boolean): Promise<void> => {
  const endMs = performance.now() + READING_LIMIT_MS
  while (!isRight(await hub.report()) && performance.now() < endMs) await pause(LOOK_EVERY_MS)
}

const closeWith = async (
  { hub, client, name }: Ends,
  { before, orders }: { before: HubReport; orders: number },
): Promise<void> => {
  await within(client.call('close', {}), CLOSE_LIMIT_MS, `the participants of ${name} to go`)
  const faultsOf = (report: Books) => bookFaults(report, before, orders)
  await untilRead(hub, (report) => faultsOf(report).length === 0)
  const faults = faultsOf(await hub.stop())
  if (faults.length > 0) throw new Fault('lost', `The books of ${name} are wrong: ${faults.join(', ')}.`)
}

/** Connects the client to a hub that runs; the side ends both, also when the client cannot connect. */
export const openSide = async (hub: MeasuredHub, settings: SideSettings): Promise<Side> => {
  const { name } = settings
  const before = await hub.report()
  const client = await connectClient(hub, settings).catch(async (error: unknown) => {
    await hub.kill()
    throw error
  })
  const ends = { hub, client, name }
  let orders = 0
  let countedMicros = await hub.processorMicros()
  return {
    hub,
    async window(count) {
      orders += count
      const figures = await runOrders(ends, count)
      const usedMicros = (await hub.processorMicros()) - countedMicros
      countedMicros += usedMicros
      return { ...figures, hubMicrosPerEvent: usedMicros / (count * EVENTS_AN_ORDER) }
    },
    async close() {
      await closeWith(ends, { before, orders })
      await client.stop()
    },
    async kill() {
      await Promise.all([client.stop(), hub.kill()])
    },
  }
}

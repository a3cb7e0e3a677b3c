/**
 * `npm run load -- recovery`: a hub that knows many participants and has much queued for them is killed again and again under load. How long until it takes connections again, how
 * long until it hands over the first event, and is everything there? Two answers are given to the second: of a client that tries to connect all the time, and of the link library, which
 * waits a little longer before each try.
 */
import { inMb, percentile, rounded } from './figures.ts'
import { startMeasuredHub } from './measured-hub.ts'
import { OrderFlow } from './order-flow.ts'
import { say } from './output.ts'
import { type Fetched, fetchAll } from './recovery-audit.ts'
import { killAgainAndAgain, type Recovered } from './recovery-rounds.ts'
import { type Goal, type Measured, type Report, reportOf } from './report.ts'
import { countParticipants, seedParticipants } from './seeding.ts'
import { measureStarts, START_COST, type Starts, startCostOf, startLines } from './starts.ts'
import { bytesIn, withTemporaryData } from './temporary-data.ts'
import { type Till, tillsOf } from './tills.ts'

export interface RecoveryOptions {
  /** Known, and away. */
  readonly participants: number
  /** Entries queued for some of them. */
  readonly events: number
  /** Kills. */
  readonly rounds: number
}

const DEFAULTS: RecoveryOptions = { participants: 100_000, events: 500_000, rounds: 50 }

const GOALS = {
  delivering: {
    what: 'p99 from the kill to the first event that a client gets',
    is: 'most',
    bound: 2000,
    unit: 'ms',
    source: 'issue 3, section 2',
  },
  link: {
    what: 'p99 from the kill to the first event that a handler of a link gets',
    is: 'most',
    bound: 2000,
    unit: 'ms',
    source: 'ours: the delay of the link library included',
  },
  known: {
    what: 'seeded participants that the hub has forgotten',
    is: 'exactly',
    bound: 0,
    unit: '',
    source: 'SE1',
  },
  missing: { what: 'queued entries that are missing', is: 'exactly', bound: 0, unit: '', source: 'P1, P2' },
  faults: {
    what: 'queued entries heard twice, out of order or unasked',
    is: 'exactly',
    bound: 0,
    unit: '',
    source: 'P2, P3, P5',
  },
  lost: {
    what: 'confirmed events of the load that its tills have not handled',
    is: 'exactly',
    bound: 0,
    unit: '',
    source: 'P2',
  },
  repeated: {
    what: 'events of the load that a handler got again after it had succeeded',
    is: 'exactly',
    bound: 0,
    unit: '',
    source: 'P2',
  },
} as const satisfies Record<string, Goal>

const TILLS_A_STORE = 16
const ENTRIES_AN_ORDER = 2 * TILLS_A_STORE
/** Stores for whose tills events are queued. */
const BUSY_STORES = 50
const ORDERS_UNDER_WAY = 500

const nameOfStore = (index: number): string => `store-${index}`

const seededTills = ({ participants }: RecoveryOptions): Till[] => {
  const stores = Array.from({ length: Math.ceil(participants / TILLS_A_STORE) }, (_, index) =>
    nameOfStore(index),
  )
  return tillsOf(stores, TILLS_A_STORE).slice(0, participants)
}

/** Those that have all their tills: each order makes the same number of entries. */
const busyStores = ({ participants }: RecoveryOptions): string[] => {
  const complete = Math.floor(participants / TILLS_A_STORE)
  return Array.from({ length: Math.max(1, Math.min(BUSY_STORES, complete)) }, (_, index) =>
    nameOfStore(index),
  )
}

const queueEvents = async (folder: string, stores: readonly string[], orders: number): Promise<void> => {
  const hub = await startMeasuredHub({ folder })
  try {
    const flow = await OrderFlow.open({ url: hub.url, stores, underWay: ORDERS_UNDER_WAY, name: 'flow' })
    await flow.run(orders)
    await flow.close()
    await hub.stop()
  } finally {
    await hub.kill()
  }
}

const spreadOf = (values: readonly number[]) => ({
  p50: rounded(percentile(values, 0.5)),
  p99: rounded(percentile(values, 0.99)),
  most: rounded(Math.max(...values)),
})

interface Seen {
  readonly recovered: Recovered
  readonly fetched: Fetched
  readonly known: number
  readonly diskBytes: number
  readonly starts: Starts
}

const figuresOf = ({ recovered, fetched, known, diskBytes, starts }: Seen) => {
  const { rounds, confirmed, lost } = recovered
  return {
    starts,
    kills: rounds.length,
    participantsKnown: known,
    queuedEntries: fetched.entries,
    diskMb: inMb(diskBytes),
    killToReadyMs: spreadOf(rounds.map(({ readyMs }) => readyMs)),
    spawnToReadyMs: spreadOf(rounds.map(({ readyMs, spawnMs }) => readyMs - spawnMs)),
    ownStartMs: spreadOf(rounds.map(({ ownStartMs }) => ownStartMs)),
    killToFirstEventMs: spreadOf(rounds.map(({ firstEventMs }) => firstEventMs)),
    killToFirstHandledMs: spreadOf(rounds.flatMap(({ firstHandledMs }) => firstHandledMs ?? [])),
    spawnToFirstEventMs: spreadOf(rounds.map(({ firstEventMs, spawnMs }) => firstEventMs - spawnMs)),
    confirmedUnderLoad: confirmed,
    lostUnderLoad: lost,
  }
}

const linesOf = (figures: ReturnType<typeof figuresOf>, participants: number): string[] => {
  const spread = (name: string, { p50, p99, most }: ReturnType<typeof spreadOf>) =>
    `${name}: p50 ${p50} ms, p99 ${p99} ms, most ${most} ms`
  return [
    `${figures.kills} kills with ${participants.toLocaleString('en')} participants known and ${figures.queuedEntries.toLocaleString('en')} entries queued (${figures.diskMb} MB on disk)`,
    ...(figures.kills < 100 ? ['with fewer than 100 kills the p99 is the slowest one'] : []),
    ...startLines(figures.starts),
    spread('kill to ready line', figures.killToReadyMs),
    spread('spawn to ready line', figures.spawnToReadyMs),
    spread("of it the hub's own code", figures.ownStartMs),
    spread('spawn to the first event', figures.spawnToFirstEventMs),
    spread('kill to the first event', figures.killToFirstEventMs),
    spread("kill to the first event in a link's handler", figures.killToFirstHandledMs),
    `${figures.confirmedUnderLoad.toLocaleString('en')} events confirmed between the kills`,
  ]
}

const runIn = async (folder: string, options: RecoveryOptions): Promise<Report> => {
  const tills = seededTills(options)
  await seedParticipants(folder, tills, TILLS_A_STORE)
  say(`${tills.length.toLocaleString('en')} participants registered (by the hub's own code, in process)`)
  const stores = busyStores(options)
  const orders = Math.ceil(options.events / ENTRIES_AN_ORDER)
  await queueEvents(folder, stores, orders)
  const diskBytes = await bytesIn(folder)
  say(`${(orders * ENTRIES_AN_ORDER).toLocaleString('en')} entries queued (through sockets)`)
  const starts = await measureStarts(folder)
  const recovered = await killAgainAndAgain(folder, options.rounds)
  const { participants: known } = await countParticipants(folder, (id) => id.startsWith('vendor/store-'))
  const fetched = await fetchAll(folder, tillsOf(stores, TILLS_A_STORE), orders)
  const figures = figuresOf({ recovered, fetched, known, diskBytes, starts })
  const measured: Measured[] = [
    { goal: GOALS.delivering, value: figures.killToFirstEventMs.p99 },
    { goal: GOALS.link, value: figures.killToFirstHandledMs.p99 },
    { goal: START_COST, value: startCostOf(starts) },
    { goal: GOALS.known, value: tills.length - known },
    { goal: GOALS.missing, value: fetched.missing },
    { goal: GOALS.faults, value: fetched.faults },
    { goal: GOALS.lost, value: recovered.lost },
    { goal: GOALS.repeated, value: recovered.repeated },
  ]
  return reportOf(measured, figures, linesOf(figures, tills.length))
}

export const runRecovery = (given: Partial<RecoveryOptions> = {}): Promise<Report> =>
  withTemporaryData('load-recovery-', (folder) => runIn(folder, { ...DEFAULTS, ...given }))

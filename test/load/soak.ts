/**
 * `npm run soak -- --minutes N`: a steady mixed load, and whether memory and disk stay flat under it. Retention is short, so that data is removed as fast as it comes; then whatever still grows is kept by
 * mistake. Memory is looked at after V8 was made to collect its garbage: what is left is held by somebody. Exit code 1 unless everything is flat.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { Command, InvalidArgumentError } from 'commander'
import { runCommandLine } from '../support/command-line.ts'
import { monotonicMs, openFiles } from './machine.ts'
import { type MeasuredHub, startMeasuredHub } from './measured-hub.ts'
import { printReport, say } from './output.ts'
import { type Report, reportOf } from './report.ts'
import type { SoakClients } from './soak-clients.ts'
import { measuredOf, type Sample, sampleTable, verdictsOf, verdictTable } from './soak-samples.ts'
import { bytesIn, withTemporaryData } from './temporary-data.ts'
import { startWorker, type Worker } from './worker.ts'

interface SoakOptions {
  readonly minutes: number
  readonly ordersPerSecond: number
}

/** So that every kind of data goes within a minute. */
const FLAGS = [
  '--log-format=json',
  '--ack-timeout-ms=5000',
  '--delivery-limit=3',
  '--retry-delay-ms=100',
  '--driver-grace-ms=2000',
  '--assignment-time-ms=5000',
  '--session-expiry-ms=15000',
  '--order-retention-ms=5000',
  '--dead-letter-retention-ms=5000',
  '--upkeep-period-ms=1000',
]
const STORES = Array.from({ length: 8 }, (_, index) => `store-${index}`)
/** The first part does not count. */
const WARM_UP_SHARE = 0.3
/** So many samples a run, but none more often than this. */
const SAMPLES = 240
const SHORTEST_PERIOD_MS = 3000
/** Lines for people. */
const LINES = 30
const MS_PER_HOUR = 3_600_000

interface Place {
  readonly hub: MeasuredHub
  readonly clients: Worker<SoakClients>
  readonly folder: string
  readonly startMs: number
}

const look = async ({ hub, clients, folder, startMs }: Place): Promise<Sample> => {
  const [memory, report, told, disk] = await Promise.all([
    hub.memory({ collect: true }),
    hub.report(),
    clients.call('look', {}),
    bytesIn(folder),
  ])
  return {
    hours: (monotonicMs() - startMs) / MS_PER_HOUR,
    hubHeap: memory.heapUsedBytes,
    hubRss: memory.ownBytes,
    clientHeap: told.heapUsed,
    clientRss: told.rss,
    disk,
    hubOpenFiles: openFiles(hub.pid),
    hubHandles: memory.handles,
    orders: told.counts.orders,
    delivered: told.counts.delivered,
    owed: report.owed,
    deadLetters: report.deadLetters,
  }
}

const sampleFor = async (place: Place, durationMs: number): Promise<Sample[]> => {
  const periodMs = Math.max(SHORTEST_PERIOD_MS, durationMs / SAMPLES)
  const everyNth = Math.max(1, Math.ceil(durationMs / periodMs / LINES))
  const samples: Sample[] = []
  while (monotonicMs() - place.startMs < durationMs) {
    await pause(periodMs)
    samples.push(await look(place))
    // The head again with each, since they come far apart.
    if (samples.length % everyNth === 0) say(sampleTable(samples.slice(-1)).join('\n'))
  }
  return samples
}

const reportFor = (options: SoakOptions, samples: readonly Sample[], counts: object): Report => {
  const verdicts = verdictsOf(samples, (options.minutes / 60) * WARM_UP_SHARE)
  return reportOf(
    measuredOf(samples, { verdicts, ordersPerSecond: options.ordersPerSecond }),
    { programme: 'soak', ...options, verdicts, counts, samples },
    [`the load: ${JSON.stringify(counts)}`, '', ...verdictTable(verdicts), ''],
  )
}

const runSoak = (options: SoakOptions): Promise<Report> =>
  withTemporaryData('load-soak-', async (folder) => {
    const hub = await startMeasuredHub({ folder, flags: FLAGS })
    const clients = startWorker<SoakClients>(new URL('./soak-clients.ts', import.meta.url))
    try {
      const { ordersPerSecond } = options
      await clients.call('start', { url: hub.url, stores: STORES, ordersPerSecond, run: 'soak' })
      const samples = await sampleFor(
        { hub, clients, folder, startMs: monotonicMs() },
        options.minutes * 60_000,
      )
      const { counts } = await clients.call('look', {})
      return reportFor(options, samples, counts)
    } finally {
      await clients.stop()
      await hub.kill()
    }
  })

const positive = (text: string): number => {
  const value = Number(text)
  if (!(value > 0 && value <= 100_000)) throw new InvalidArgumentError('Give a number above 0.')
  return value
}

const program = new Command('soak')
  .exitOverride()
  .description('a steady mixed load; exit code 1 unless memory and disk stay flat')
  .option('--minutes <number>', 'how long', positive, 30)
  .option('--orders-per-second <number>', 'orders that begin', positive, 60)
  .option('--json', 'figures as JSON')
  .action(async ({ json, ...options }: SoakOptions & { json?: true }) => {
    process.exitCode = printReport(await runSoak(options), json === true)
  })

await runCommandLine(program)

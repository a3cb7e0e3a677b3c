/** `npm run load -- <scenario>`: load that hurts, one command a scenario. Exit code 1 unless its goals hold. */
import { Command } from 'commander'
import { runCommandLine, wholeNumber } from '../support/command-line.ts'
import { printReport } from './output.ts'
import type { Report } from './report.ts'

/** Options that were given, by their name in camel case; what was not given is the scenario's to know. */
type Counts = Readonly<Record<string, number>>

interface Scenario {
  readonly summary: string
  /** Options that are counts, each with its help. */
  readonly options: Readonly<Record<string, string>>
  /** Loads the scenario's modules only now. */
  run(counts: Counts): Promise<Report>
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  frozen: {
    summary: 'readers that are connected and read nothing more, among healthy ones',
    options: {
      connections: 'connections in all (5000)',
      frozen: 'frozen ones among them (1000)',
      pairs: 'windows without and with frozen ones (5)',
      'orders-per-second': 'orders of the healthy ones (20)',
    },
    run: async (counts) => (await import('./frozen.ts')).runFrozen(counts),
  },
  reconnect: {
    summary: 'everybody comes back at once after the hub was killed and started again',
    options: {
      connections: 'participants (10000)',
      'orders-per-store': 'orders of each store; twice as many events are owed to each till (5)',
    },
    run: async (counts) => (await import('./reconnect.ts')).runReconnect(counts),
  },
  queued: {
    summary: 'millions of events for participants that are away',
    options: { events: 'entries that are queued (5000000)', 'warm-up': 'entries queued before (1600000)' },
    run: async (counts) => (await import('./queued.ts')).runQueued(counts),
  },
  'postgres-queued': {
    summary:
      'a hub on a PostgreSQL with many participants and millions of events: its start, and its cost at rest',
    options: {
      participants: 'known, and away (100000)',
      events: 'entries that are queued for some of them (5000000)',
      starts: 'on the full database and on an empty one (5)',
      seconds: 'at rest (60)',
    },
    run: async (counts) => (await import('./postgres-queued.ts')).runPostgresQueued(counts),
  },
  'postgres-upkeep': {
    summary:
      'old orders that a hub on PostgreSQL removes while a company works: what others wait for meanwhile',
    options: {
      orders: 'kept first, then removed in one go (100000)',
      seconds: 'of a window (15)',
      windows: 'in which each order is removed soon after its end (10)',
    },
    run: async (counts) => (await import('./postgres-upkeep.ts')).runPostgresUpkeep(counts),
  },
  poison: {
    summary: 'handlers that always fail, beside healthy orders of the same participant',
    options: {
      poisoned: 'orders whose handler fails until they are dead (100)',
      kills: 'of the hub while they fail (5)',
      waiting: 'orders that wait for a retry in one of the two queues (1000)',
      pairs: 'queues compared (9)',
      healthy: 'healthy orders in each half of a pair (4000)',
    },
    run: async (counts) => (await import('./poison.ts')).runPoison(counts),
  },
  feed: {
    summary: 'pages that watch while a company works',
    options: {
      'events-per-second': 'that the company sends (10000)',
      watchers: 'pages on all kinds of view (10)',
      rounds: 'windows with pages, each between two without (20)',
      seconds: 'of a window (4)',
    },
    run: async (counts) => (await import('./feed.ts')).runFeed(counts),
  },
  page: {
    summary: 'frames a second of the page in a browser while a company works',
    options: {
      'events-per-second': 'that the company sends (5000)',
      drivers: 'on the move (200)',
      seconds: 'that each view is looked at (10)',
    },
    run: async (counts) => (await import('./page.ts')).runPage(counts),
  },
  recovery: {
    summary: 'how soon the hub is back and delivering after a kill, with much on its disk',
    options: {
      participants: 'known, and away (100000)',
      events: 'entries queued for some of them (500000)',
      rounds: 'kills (50)',
    },
    run: async (counts) => (await import('./recovery.ts')).runRecovery(counts),
  },
}

const addScenario = (program: Command, name: string, { summary, options, run }: Scenario): void => {
  const command = program.command(name).description(summary).option('--json', 'figures as JSON')
  for (const [option, help] of Object.entries(options))
    command.option(`--${option} <number>`, help, wholeNumber(1))
  command.action(async ({ json, ...counts }: { json?: true }) => {
    process.exitCode = printReport(await run(counts), json === true)
  })
}

const program = new Command('load')
  .description('Load that hurts; exit code 1 unless the goals hold')
  .exitOverride()
for (const [name, scenario] of Object.entries(SCENARIOS)) addScenario(program, name, scenario)

await runCommandLine(program)

/**
 * What watching costs the hub. A company works at a steady rate; windows without and with pages that watch take turns, and what the pages cost is the processor time beyond that of as many events without them. The pages look at all kinds of
 * view and look again as the real one does. Opening them is not measured: it is once, and the goal is about pages that are open.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { CompanyClients } from './company-clients.ts'
import {
  figuresOf,
  measuredOf,
  type Round,
  roundTable,
  type Shares,
  sharesOf,
  shareTable,
  spreadOf,
  type Window,
} from './feed-figures.ts'
import { openWatchers } from './feed-watchers.ts'
import { type MeasuredHub, startMeasuredHub } from './measured-hub.ts'
import { say } from './output.ts'
import { type Report, reportOf } from './report.ts'
import { withTemporaryData } from './temporary-data.ts'
import { startWorker, type Worker } from './worker.ts'

interface FeedOptions {
  readonly eventsPerSecond: number
  readonly watchers: number
  readonly rounds: number
  readonly seconds: number
}

/** Pickup, in transit, delivered. */
const EVENTS_PER_ORDER = 3
const STORES = 20
const DRIVERS = 50
const AWAY = 3
const MOST_UNCONFIRMED = 5000
/** After pages came or went: what that costs is over. */
const SETTLE_MS = 1500
/** The caches are full and the code is compiled. */
const WARM_UP_MS = 15_000
const SECOND_MS = 1000
const PROFILE_MS = 20_000
/** Until the scenario ends the clients. */
const DAY_MS = 86_400_000

const measure = async (hub: MeasuredHub, seconds: number): Promise<Window> => {
  const { accepted } = await hub.report()
  const startMicros = await hub.processorMicros()
  const startMs = performance.now()
  await pause(seconds * SECOND_MS)
  const processorMs = ((await hub.processorMicros()) - startMicros) / SECOND_MS
  const wallMs = performance.now() - startMs
  return { processorMs, wallMs, events: (await hub.report()).accepted - accepted }
}

const measureRound = async (
  hub: MeasuredHub,
  before: Window,
  { watchers, seconds }: FeedOptions,
): Promise<Round> => {
  const pages = await openWatchers(hub.url, watchers)
  await pause(SETTLE_MS)
  pages.take()
  const withPages = await measure(hub, seconds)
  const heard = pages.take()
  pages.close()
  await pause(SETTLE_MS)
  return { before, with: withPages, after: await measure(hub, seconds), heard }
}

/** In a window of its own: a profile costs the hub more than what is measured. */
const profile = async (hub: MeasuredHub, watchers: number): Promise<Shares> => {
  const pages = await openWatchers(hub.url, watchers)
  await pause(SETTLE_MS)
  const profiled = await hub.profile('/hub/watch/', () => pause(PROFILE_MS))
  pages.close()
  return sharesOf(profiled)
}

const play = async (
  hub: MeasuredHub,
  company: Worker<CompanyClients>,
  options: FeedOptions,
): Promise<Report> => {
  const { url } = hub
  await company.call('openAway', { url, stores: AWAY })
  await company.call('open', {
    url,
    stores: STORES,
    drivers: DRIVERS,
    mostUnconfirmed: MOST_UNCONFIRMED,
    wayMs: 0,
  })
  const perSecond = options.eventsPerSecond / EVENTS_PER_ORDER
  await company.call('begin', { perSecond, durationMs: DAY_MS })
  await pause(WARM_UP_MS)
  const rounds: Round[] = []
  let before = await measure(hub, options.seconds)
  while (rounds.length < options.rounds) {
    const round = await measureRound(hub, before, options)
    rounds.push(round)
    before = round.after
    say(roundTable(rounds).at(-1)!)
  }
  const shares = await profile(hub, options.watchers)
  return reportOf(
    measuredOf(rounds, shares, options.watchers),
    { scenario: 'feed', ...options, rounds: rounds.map(figuresOf), shares },
    [...roundTable(rounds), '', spreadOf(rounds), '', ...shareTable(shares), ''],
  )
}

const DEFAULTS: FeedOptions = { eventsPerSecond: 10_000, watchers: 10, rounds: 20, seconds: 4 }

export const runFeed = (given: Partial<FeedOptions> = {}): Promise<Report> =>
  withTemporaryData('load-feed-', async (folder) => {
    const hub = await startMeasuredHub({ folder, flags: ['--log-format=json'] })
    const company = startWorker<CompanyClients>(new URL('./company-clients.ts', import.meta.url))
    try {
      return await play(hub, company, { ...DEFAULTS, ...given })
    } finally {
      await company.stop()
      await hub.kill()
    }
  })

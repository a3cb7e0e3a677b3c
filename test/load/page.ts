/**
 * What a page draws while a company works: frames a second in a real browser on a real hub under load, view by view. Beside each stands what the page's own thread was busy with, and how often the browser draws a page on which nothing is to
 * draw: what that one does not reach, on a machine that has other things to do, none can.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { type InPage, openBrowser, untilNumber, visit } from '../browser/browser.ts'
import type { CompanyClients } from './company-clients.ts'
import { type MeasuredHub, startMeasuredHub } from './measured-hub.ts'
import { say } from './output.ts'
import { figuresOf, measuredOf, type Seen, type Strain, viewTable } from './page-figures.ts'
import { type Report, reportOf } from './report.ts'
import { withTemporaryData } from './temporary-data.ts'
import { startWorker } from './worker.ts'

interface PageOptions {
  readonly eventsPerSecond: number
  readonly drivers: number
  readonly seconds: number
}

const EVENTS_PER_ORDER = 3
const STORES = 20
const MOST_UNCONFIRMED = 5000
/** A parcel's way to the door and from there: with it some thousand are under way. */
const WAY_MS = 500
const SETTLE_MS = 4000
const SECOND_MS = 1000
const DAY_MS = 86_400_000

/** What is looked at, and what is there when it has come. */
const VIEWS: Readonly<Record<string, { readonly path: string; readonly shows: string }>> = {
  map: { path: '/map', shows: 'canvas.drivers' },
  now: { path: '/', shows: '.uplot canvas' },
  orders: { path: '/orders', shows: '[data-list="orders"] tr[data-order]' },
  queues: { path: '/queues', shows: 'tr[data-queue]' },
}
const NOTHING = 'data:text/html,<title>nothing</title>'

/** Times of all frames that the browser draws meanwhile. */
const framesOf = (page: Page, seconds: number): Promise<number[]> =>
  page.evaluate(async (durationMs) => {
    const { requestAnimationFrame } = globalThis as unknown as InPage
    const times = [await new Promise<number>((next) => requestAnimationFrame(next))]
    while (times.at(-1)! - times[0]! < durationMs)
      times.push(await new Promise((next) => requestAnimationFrame(next)))
    return times
  }, seconds * SECOND_MS)

const STRAINS: Readonly<Record<string, keyof Strain>> = {
  TaskDuration: 'taskS',
  ScriptDuration: 'scriptS',
  LayoutDuration: 'layoutS',
  RecalcStyleDuration: 'styleS',
}

const strainOf = async (session: CDPSession): Promise<Strain> => {
  const { metrics } = await session.send('Performance.getMetrics')
  const named = metrics.flatMap(({ name, value }) =>
    STRAINS[name] === undefined ? [] : [[STRAINS[name], value]],
  )
  return { atS: performance.now() / SECOND_MS, ...Object.fromEntries(named) } as Strain
}

const measure = async (page: Page, view: string, seconds: number): Promise<Seen> => {
  const session = await page.context().newCDPSession(page)
  // Processor time: on a busy machine a task lasts for as long as others have the processor.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  await pause(SETTLE_MS)
  const before = await strainOf(session)
  const frameMs = await framesOf(page, seconds)
  return { view, frameMs, before, after: await strainOf(session) }
}

const look = async (
  browser: Browser,
  hub: MeasuredHub,
  { drivers, seconds }: PageOptions,
): Promise<Seen[]> => {
  const seen: Seen[] = []
  const { page, close } = await visit(browser, NOTHING)
  seen.push(await measure(page, 'nothing', seconds))
  for (const [view, { path, shows }] of Object.entries(VIEWS)) {
    await page.goto(hub.url + path)
    await page.locator(shows).first().waitFor()
    if (view === 'map') await untilNumber(page, '.group summary .muted', { least: drivers })
    seen.push(await measure(page, view, seconds))
    say(viewTable(seen).at(-1)!)
  }
  await close()
  return seen
}

const play = async (hub: MeasuredHub, browser: Browser, options: PageOptions): Promise<Report> => {
  const { accepted } = await hub.report()
  const startMs = performance.now()
  const seen = await look(browser, hub, options)
  const seconds = (performance.now() - startMs) / SECOND_MS
  const rate = Math.round(((await hub.report()).accepted - accepted) / seconds)
  return reportOf(
    measuredOf(seen, { ...options, rate }),
    { scenario: 'page', ...options, rate, views: seen.map(figuresOf) },
    [...viewTable(seen), ''],
  )
}

const DEFAULTS: PageOptions = { eventsPerSecond: 5000, drivers: 200, seconds: 10 }

export const runPage = (given: Partial<PageOptions> = {}): Promise<Report> =>
  withTemporaryData('load-page-', async (folder) => {
    const options = { ...DEFAULTS, ...given }
    const hub = await startMeasuredHub({ folder, flags: ['--log-format=json'] })
    const company = startWorker<CompanyClients>(new URL('./company-clients.ts', import.meta.url))
    const browser = await openBrowser()
    try {
      const { url } = hub
      const { drivers } = options
      const settings = { url, drivers, stores: STORES, mostUnconfirmed: MOST_UNCONFIRMED, wayMs: WAY_MS }
      await company.call('open', settings)
      await company.call('begin', {
        perSecond: options.eventsPerSecond / EVENTS_PER_ORDER,
        durationMs: DAY_MS,
      })
      return await play(hub, browser, options)
    } finally {
      await browser.close()
      await company.stop()
      await hub.kill()
    }
  })

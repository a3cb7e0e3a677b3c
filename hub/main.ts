/** The hub as a program: opens the ledger, listens, says when it takes connections, and stops in good order. */
import type { RequestListener } from 'node:http'
import { systemClock } from '../shared/clock.ts'
import { createLog, type Log } from '../shared/log.ts'
import { type Running, runProgram } from '../shared/program.ts'
import { createEventLog } from '../shared/rate-limited-log.ts'
import { type HubReport, reportToLauncher } from '../shared/run-report.ts'
import { environmentOf, type Flags } from '../shared/settings.ts'
import type { Keys } from './access/keys.ts'
import { isOriginAllowed } from './access/origin.ts'
import { type HubConfig, readHubConfig } from './config.ts'
import { freeBytesOf, watchDisk } from './disk.ts'
import { routesOf } from './http/api.ts'
import { healthListener } from './http/health.ts'
import { pageFolder, pagesListener } from './http/pages.ts'
import { createRouter } from './http/router.ts'
import { type Address, createHttpService } from './http/server.ts'
import { Hub, type HubParts } from './hub.ts'
import { openLevelLedger } from './ledger/level/open.ts'
import { HubReports } from './reports.ts'
import type { Tls } from './tls.ts'
import { capsVersion } from './version.ts'

const LINES_PER_SECOND = 20

export interface HubService {
  readonly hub: Hub
  readonly port: number
  /** Tells the clients, finishes what is under way, then stops listening: until then `/readyz` says that it is about to stop. Idempotent. */
  close(): Promise<void>
}

const apiListener = (hub: Hub, { reports, options }: HubParts): RequestListener =>
  createRouter({
    routes: routesOf(hub),
    isAllowed: (origins) => isOriginAllowed(origins, options),
    identify: (token) => hub.access.identify(token),
    refused: (code) => reports.refused(code),
    failed: (error) => reports.requestFailed(error),
  })

/** The page, then what is asked for by scripts. */
const siteListener = (hub: Hub, parts: HubParts): RequestListener =>
  pagesListener(
    {
      folder: pageFolder(),
      isAllowed: (origins) => isOriginAllowed(origins, parts.options),
      refused: (code) => parts.reports.refused(code),
    },
    apiListener(hub, parts),
  )

export interface Listening extends Address {
  /** Default: null, plain HTTP. */
  readonly tls?: Tls | null
}

/** Makes a hub and listens. @throws Fault `in-use` if the address cannot be had */
export const serveHub = async (
  parts: HubParts,
  { host, port: wanted, tls = null }: Listening,
): Promise<HubService> => {
  const hub = await Hub.create(parts)
  let isReady = false
  const http = createHttpService(
    healthListener(() => isReady, siteListener(hub, parts)),
    { clock: parts.clock, limits: parts.options, tls, dropped: () => parts.reports.connectionDropped() },
  )
  hub.serve(http.server)
  const close = async () => {
    isReady = false
    await hub.close()
    await http.close()
  }
  try {
    const port = await http.listen({ host, port: wanted })
    isReady = true
    return { hub, port, close }
  } catch (error) {
    await hub.close()
    throw error
  }
}

/** Who gets in, in one line. */
const doorLine = (keys: Keys | null): string =>
  keys === null
    ? 'HUB: no key is configured, so the hub is open: whoever reaches this loopback address is who he says he is. Set CAPS_SECRET to ask for tokens'
    : `HUB: lets in who has a token that is signed with key ${[...keys.verifying.keys()].join(' or ')}`

const addressText = (port: number, { host, tls }: HubConfig): string =>
  `${tls === null ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`

const say = (log: Log, port: number, config: HubConfig): void => {
  log.info(`HUB: taking connections on ${addressText(port, config)} (data in ${config.folder})`)
  log.info(doorLine(config.keys))
}

const reportOf = async (hub: Hub, { counts }: HubReports): Promise<HubReport> => ({
  actor: 'hub',
  ...counts,
  ...(await hub.owed()),
})

const startHub = async (config: HubConfig): Promise<Running> => {
  const log = createLog(config)
  const clock = systemClock
  const events = createEventLog({
    clock,
    linesPerSecond: LINES_PER_SECOND,
    summarize: (counts) => log.info(counts, 'and in this second'),
  })
  const reports = new HubReports(log, events, { isMasking: config.keys !== null })
  const { folder, watermarkBytes, diskPeriodMs: periodMs, keys, options, shown: settings } = config
  const ledger = await openLevelLedger(folder, clock)
  const failed = new Promise<never>((_, reject) => ledger.onFault(reject))
  const disk = await watchDisk({ freeBytes: () => freeBytesOf(folder), watermarkBytes, periodMs, clock, log })
  // A ledger that fails meanwhile settles nothing: then the service would never be there.
  const service = await Promise.race([
    serveHub(
      {
        ...{ ledger, clock, reports, keys, options, pressure: disk },
        wallClockMs: Date.now,
        freeBytes: () => disk.freeBytes(),
        preciseMs: () => performance.now(),
        about: { version: capsVersion(), settings },
      },
      config,
    ),
    failed,
  ])
  say(log, service.port, config)
  const tellLastReport = reportToLauncher(() => reportOf(service.hub, reports))
  return {
    ended: failed,
    async stop() {
      await tellLastReport()
      await service.close()
      disk.stop()
      events.close()
      log.info('HUB: stopped')
    },
  }
}

export const runHub = async (flags: Flags): Promise<never> => {
  let stopTimeMs = 5000
  return runProgram(
    async () => {
      const config = readHubConfig(flags, environmentOf(process.env))
      stopTimeMs = config.stopTimeMs
      return startHub(config)
    },
    () => stopTimeMs,
  )
}

/** The hub as a program: opens the ledger, listens, says when it takes connections, and stops in good order. */
import type { RequestListener } from 'node:http'
import { networkInterfaces } from 'node:os'
import { systemClock } from '../shared/clock.ts'
import { createLog, type Log } from '../shared/log.ts'
import { type Running, runProgram } from '../shared/program.ts'
import { createEventLog } from '../shared/rate-limited-log.ts'
import { type HubReport, reportToLauncher } from '../shared/run-report.ts'
import { environmentOf, type Flags } from '../shared/settings.ts'
import { isOriginAllowed, isWildcard } from './access/origin.ts'
import { type HubConfig, readHubConfig } from './config.ts'
import { routesOf } from './http/api.ts'
import { healthListener } from './http/health.ts'
import { pageFolder, pagesListener } from './http/pages.ts'
import { createRouter } from './http/router.ts'
import { type Address, createHttpService } from './http/server.ts'
import { Hub } from './hub.ts'
import type { HubParts } from './hub-parts.ts'
import { openLedger } from './open-ledger.ts'
import { HubReports } from './reports.ts'
import { isLoopbackAddress } from './sockets/network.ts'
import { type StartedHub, startLines } from './start-lines.ts'
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
    allowedOrigins: options.allowedOrigins,
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
    healthListener(() => isReady && !parts.ledger.isAway, siteListener(hub, parts)),
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

const reachOf = (host: string): StartedHub['reach'] => {
  if (isWildcard(host)) return 'all addresses'
  return host === 'localhost' || isLoopbackAddress(host) ? 'this machine' : 'one address'
}

/** Of this machine, for others. */
const ownAddresses = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((all = []) => all)
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
    .map(({ address }) => address)

const say = (log: Log, config: HubConfig, { port, place }: { port: number; place: string }): void => {
  const { host, tls, keys, options } = config
  const { allowedOrigins } = options
  const names = keys === null ? null : [...keys.verifying.keys()]
  const hub = { host, port, place, allowedOrigins, reach: reachOf(host), hasTls: tls !== null, keys: names }
  for (const line of startLines({ ...hub, addresses: ownAddresses() })) log.info(line)
}

const reportOf = async (hub: Hub, { counts }: HubReports): Promise<HubReport> => ({
  actor: 'hub',
  ...counts,
  ...(await hub.owed()),
})

const startHub = async (config: HubConfig): Promise<Running> => {
  const log = createLog(config)
  const { ledger, hubs, clock, disk, place } = await openLedger(config, systemClock, log)
  const events = createEventLog({
    clock,
    linesPerSecond: LINES_PER_SECOND,
    summarize: (counts) => log.info(counts, 'and in this second'),
  })
  const reports = new HubReports(log, events, { isMasking: config.keys !== null })
  const { keys, options, shown: settings } = config
  const failed = new Promise<never>((_, reject) => ledger.onFault(reject))
  // A ledger that fails meanwhile settles nothing: then the service would never be there.
  const service = await Promise.race([
    serveHub(
      {
        ...{ ledger, hubs, clock, reports, keys, options, pressure: disk },
        wallClockMs: Date.now,
        freeBytes: () => disk.freeBytes(),
        preciseMs: () => performance.now(),
        about: { version: capsVersion(), settings },
      },
      config,
    ),
    failed,
  ])
  say(log, config, { port: service.port, place })
  const tellLastReport = reportToLauncher(() => reportOf(service.hub, reports))
  return {
    ended: failed,
    async stop() {
      // A ledger that has failed cannot be asked, and has been told of.
      await tellLastReport().catch(() => {})
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

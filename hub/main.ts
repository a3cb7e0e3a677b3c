/** The hub as a program: opens the ledger, listens, says when it takes connections, and stops in good order. */
import { systemClock } from '../shared/clock.ts'
import { createLog, type Log } from '../shared/log.ts'
import { type Running, runProgram } from '../shared/program.ts'
import { createEventLog } from '../shared/rate-limited-log.ts'
import { type HubReport, reportToLauncher } from '../shared/run-report.ts'
import { environmentOf, type Flags } from '../shared/settings.ts'
import { type HubConfig, readHubConfig } from './config.ts'
import { freeBytesOf, watchDisk } from './disk.ts'
import { healthListener } from './http/health.ts'
import { type Address, createHttpService } from './http/server.ts'
import { Hub, type HubParts } from './hub.ts'
import { openLevelLedger } from './ledger/level/open.ts'
import { HubReports } from './reports.ts'

const LINES_PER_SECOND = 20

export interface HubService {
  readonly hub: Hub
  readonly port: number
  /** Tells the clients, finishes what is under way, then stops listening: until then `/readyz` says that it is about to stop. Idempotent. */
  close(): Promise<void>
}

/** Makes a hub and listens. @throws Fault `in-use` if the address cannot be had */
export const serveHub = async (parts: HubParts, address: Address): Promise<HubService> => {
  const hub = await Hub.create(parts)
  let isReady = false
  const http = createHttpService(
    healthListener(() => isReady),
    parts.clock,
  )
  hub.serve(http.server)
  const close = async () => {
    isReady = false
    await hub.close()
    await http.close()
  }
  try {
    const port = await http.listen(address)
    isReady = true
    return { hub, port, close }
  } catch (error) {
    await hub.close()
    throw error
  }
}

const say = (log: Log, port: number, { host, folder }: HubConfig): void => {
  log.info(
    `HUB: taking connections on http://${host.includes(':') ? `[${host}]` : host}:${port} (data in ${folder})`,
  )
  log.info(
    'HUB: no key is configured, so the hub is open: whoever reaches this loopback address is who he says he is',
  )
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
  const reports = new HubReports(log, events)
  const { folder, watermarkBytes, diskPeriodMs: periodMs, options } = config
  const ledger = await openLevelLedger(folder, clock)
  const failed = new Promise<never>((_, reject) => ledger.onFault(reject))
  const disk = await watchDisk({ freeBytes: () => freeBytesOf(folder), watermarkBytes, periodMs, clock, log })
  // A ledger that fails meanwhile settles nothing: then the service would never be there.
  const service = await Promise.race([
    serveHub({ ledger, clock, reports, pressure: disk, options }, config),
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

/** The hub as a program: opens the ledger, listens, says when it takes connections, and stops in good order. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock } from '../shared/clock.ts'
import { Fault, messageOf } from '../shared/fault.ts'
import { createLog, type Log } from '../shared/log.ts'
import { type Running, runProgram } from '../shared/program.ts'
import { createEventLog } from '../shared/rate-limited-log.ts'
import { environmentOf, type Flags } from '../shared/settings.ts'
import { type HubConfig, readHubConfig } from './config.ts'
import { watchDisk } from './disk.ts'
import { healthListener } from './http/health.ts'
import { Hub } from './hub.ts'
import { openLevelLedger } from './ledger/level/open.ts'
import { HubReports } from './reports.ts'

const LINES_PER_SECOND = 20
/** For requests that are under way when the hub stops; a half-sent one would keep it for ever. */
const HTTP_GRACE_MS = 500

const listen = (server: Server, { host, port }: HubConfig): Promise<AddressInfo> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE'
          ? `Port ${port} on ${host} is in use. Stop the program that has it, or give this hub another one with --port.`
          : `The hub cannot listen on ${host}:${port}: ${messageOf(error)}.`
      reject(new Fault('in-use', reason, { cause: error }))
    })
    server.listen(port, host, () => resolve(server.address() as AddressInfo))
  })

const closeHttp = async (server: Server): Promise<void> => {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const cut = setTimeout(() => server.closeAllConnections(), HTTP_GRACE_MS)
  await closed.finally(() => clearTimeout(cut))
}

const say = (log: Log, { port }: AddressInfo, { host, folder }: HubConfig): void => {
  log.info(
    `HUB: taking connections on http://${host.includes(':') ? `[${host}]` : host}:${port} (data in ${folder})`,
  )
  log.info(
    'HUB: no key is configured, so the hub is open: whoever reaches this loopback address is who he says he is',
  )
}

const startHub = async (config: HubConfig): Promise<Running> => {
  const log = createLog(config)
  const clock = systemClock
  const events = createEventLog({
    clock,
    linesPerSecond: LINES_PER_SECOND,
    summarize: (counts) => log.info(counts, 'and in this second'),
  })
  const reports = new HubReports(log, events)
  const ledger = await openLevelLedger(config.folder, clock)
  const ended = new Promise<void>((_, reject) => ledger.onFault(reject))
  const disk = await watchDisk({ folder: config.folder, watermarkBytes: config.watermarkBytes, clock, log })
  const hub = await Hub.create({ ledger, clock, reports, pressure: disk, options: config.options })
  let isReady = false
  const server = createServer(healthListener(() => isReady))
  hub.serve(server)
  const tellParent = () =>
    hub.owed().then((owed) => process.send?.({ report: { actor: 'hub', ...reports.counts, ...owed } }))
  const stop = async () => {
    isReady = false
    if (process.connected) await tellParent()
    const httpClosed = closeHttp(server)
    await hub.close()
    await httpClosed
    disk.stop()
    events.close()
    log.info('HUB: stopped')
  }
  try {
    say(log, await listen(server, config), config)
  } catch (error) {
    await hub.close()
    throw error
  }
  isReady = true
  process.on('message', (message) => message === 'report' && void tellParent())
  return { ended, stop }
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

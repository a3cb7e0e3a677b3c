/** The driver program: finds itself a name, opens its outbox, connects it with the hub, and closes it in reverse order. */
import { join } from 'node:path'
import { createActorEventLog } from '../shared/actor-log.ts'
import { drainTimeMs, STOP_TIME_MS } from '../shared/actor-settings.ts'
import { systemClock } from '../shared/clock.ts'
import { openFirstFree } from '../shared/first-free.ts'
import { driverId, folderNameOf } from '../shared/ids.ts'
import { tokenSourceOf } from '../shared/launcher-tokens.ts'
import type { Link } from '../shared/link/api.ts'
import { connectHub } from '../shared/link/connect-hub.ts'
import { tellLinkStory, watchConnection } from '../shared/link-story.ts'
import { createLog } from '../shared/log.ts'
import { type Running, runProgram } from '../shared/program.ts'
import { reportToLauncher } from '../shared/run-report.ts'
import type { Flags } from '../shared/settings.ts'
import { type DriverSettings, readDriverSettings } from './config.ts'
import { Driver } from './driver.ts'

function* namesOf({ id }: DriverSettings): Generator<string> {
  if (id !== null) return yield id
  for (let n = 1; ; n += 1) yield `driver-${n}`
}

const noneFree = ({ id, dataDir }: DriverSettings): string =>
  `A live process is driver/${id} in the data folder ${dataDir}: end that one, or name another driver with --id.`

/** The outbox's lock is what keeps the name. */
const connect = async (settings: DriverSettings): Promise<{ id: string; link: Link }> => {
  const { url, token, capacity, dataDir } = settings
  const shown = tokenSourceOf(token)
  const open = (id: string) =>
    connectHub({
      role: 'driver',
      url,
      id,
      capacity,
      outboxDir: join(dataDir, 'driver', folderNameOf(id), 'outbox'),
      ...shown,
    })
  const { name: id, opened: link } = await openFirstFree(namesOf(settings), open, noneFree(settings))
  return { id, link }
}

const startDriver = async (flags: Flags): Promise<Running> => {
  const settings = readDriverSettings(flags)
  const log = createLog(settings)
  const eventLog = createActorEventLog('DRIVER', log)
  const { id, link } = await connect(settings)
  const participant = driverId(id)
  log.info(`DRIVER: this is ${participant}, data in ${settings.dataDir}`)
  const { capacity, travelMs, url } = settings
  const driver = new Driver({ link, clock: systemClock, log, eventLog }, { participant, capacity, travelMs })
  const isConnected = watchConnection(link)
  const story = tellLinkStory(link, { log, actor: 'DRIVER', participant, url })
  const tellLastReport = reportToLauncher(() => driver.report())
  driver.start()
  return {
    ended: story,
    async stop() {
      driver.stop()
      await link.close({ drain: true, timeoutMs: drainTimeMs(isConnected()) })
      eventLog.close()
      await tellLastReport()
    },
  }
}

export const runDriver = (flags: Flags): Promise<never> => runProgram(() => startDriver(flags), STOP_TIME_MS)

/** The vendor program: opens what a till keeps on disk, connects it with the hub, and closes it in reverse order. */
import { createActorEventLog } from '../shared/actor-log.ts'
import { drainTimeMs, STOP_TIME_MS } from '../shared/actor-settings.ts'
import { systemClock } from '../shared/clock.ts'
import { Fault, messageOf } from '../shared/fault.ts'
import { tokenSourceOf } from '../shared/launcher-tokens.ts'
import type { Link } from '../shared/link/api.ts'
import { connectHubWith } from '../shared/link/connect-hub.ts'
import { tellLinkStory, watchConnection } from '../shared/link-story.ts'
import { createLog, type Log } from '../shared/log.ts'
import { type Running, runProgram } from '../shared/program.ts'
import type { EventLog } from '../shared/rate-limited-log.ts'
import { reportToLauncher, writeReport } from '../shared/run-report.ts'
import type { Flags } from '../shared/settings.ts'
import { readVendorSettings, type VendorSettings } from './config.ts'
import { resumeRun } from './run.ts'
import { openTill, type Till } from './till-folder.ts'
import { Vendor } from './vendor.ts'

const connect = (settings: VendorSettings, { store, id, outbox }: Till): Promise<Link> => {
  const { url, token } = settings
  const options = { role: 'vendor', url, store, id, ...tokenSourceOf(token) } as const
  return connectHubWith(options, { outbox })
}

const createVendor = async (
  settings: VendorSettings,
  till: Till,
  outlets: { log: Log; eventLog: EventLog },
): Promise<{ vendor: Vendor; link: Link }> => {
  const { store, id, participant, journal, outbox } = till
  const { base, seed } = await resumeRun(journal, outbox.progress(), settings)
  const link = await connect(settings, till)
  const { orders, rate } = settings
  const work = { participant, source: { seed, store, till: id }, base, orders, rate }
  return { vendor: new Vendor({ link, outbox, journal, clock: systemClock, ...outlets }, work), link }
}

/** Resolves when the run is done, and there is nothing to stay for. @throws Fault when some orders will never be delivered */
const untilDone = async (
  vendor: Vendor,
  settings: VendorSettings,
  parts: { log: Log; tellReport(): Promise<void> },
): Promise<void> => {
  await vendor.done
  await parts.tellReport()
  const failed = vendor.failed()
  parts.log.info(
    `VENDOR: thanked for ${settings.orders - failed} of ${settings.orders} orders, all there is to do`,
  )
  if (settings.whenDone === 'stay') return new Promise<never>(() => {})
  if (failed > 0)
    throw new Fault(
      'orders-refused',
      `VENDOR: the hub refused ${failed} of ${settings.orders} orders for good`,
    )
}

const startVendor = async (flags: Flags): Promise<Running> => {
  const settings = readVendorSettings(flags)
  const log = createLog(settings)
  const eventLog = createActorEventLog('VENDOR', log)
  const till = await openTill(settings)
  log.info(`VENDOR: this is ${till.participant}, data in ${settings.dataDir}`)
  // A journal that fails meanwhile stores nothing: then the vendor would never be there.
  const created = Promise.race([createVendor(settings, till, { log, eventLog }), till.failure])
  const { vendor, link } = await created
  const isConnected = watchConnection(link)
  const story = tellLinkStory(link, {
    log,
    actor: 'VENDOR',
    participant: till.participant,
    url: settings.url,
  })
  const tellLauncher = reportToLauncher(() => vendor.report())
  const tellReport = async () => {
    await writeReport(till.reportFile, vendor.report()).catch((error: unknown) =>
      log.warn(`VENDOR: its report cannot be written: ${messageOf(error)}`),
    )
    await tellLauncher()
  }
  vendor.start()
  return {
    ended: Promise.race([untilDone(vendor, settings, { log, tellReport }), story, till.failure]),
    async stop() {
      vendor.stop()
      await link.close({ drain: true, timeoutMs: drainTimeMs(isConnected()) })
      await till.journal.close()
      eventLog.close()
      await tellReport()
    },
  }
}

export const runVendor = (flags: Flags): Promise<never> => runProgram(() => startVendor(flags), STOP_TIME_MS)

/** A real hub in the test's process: real HTTP and Socket.IO on a free port, its data in memory unless something else is given. It closes when the test has ended. */
import { MemoryLevel } from 'memory-level'
import type { Keys } from '../../hub/access/keys.ts'
import { readHubConfig } from '../../hub/config.ts'
import type { HubOptions } from '../../hub/hub-parts.ts'
import type { Hubs } from '../../hub/ledger/hubs.ts'
import type { Ledger } from '../../hub/ledger/ledger.ts'
import type { Database } from '../../hub/ledger/level/database.ts'
import { ledgerOn } from '../../hub/ledger/level/open.ts'
import { type HubService, serveHub } from '../../hub/main.ts'
import { HubReports } from '../../hub/reports.ts'
import type { Tls } from '../../hub/tls.ts'
import { type Clock, systemClock } from '../../shared/clock.ts'
import { atEndOfTest } from './cleanup.ts'

export interface TestHubSettings {
  readonly options?: Partial<HubOptions>
  readonly isDiskLow?: () => boolean
  readonly database?: Database
  /** Instead of one on the database. */
  readonly ledger?: Ledger
  /** Others on that ledger. */
  readonly hubs?: Hubs
  /** As all that the ledger keeps goes by. Default: this machine's. */
  readonly clock?: Clock
  /** Of the tokens; without them the hub runs open. */
  readonly keys?: Keys
  /** Time as tokens go by it. */
  readonly wallClockMs?: () => number
  /** Default: plain HTTP. */
  readonly tls?: Tls
}

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn'
  readonly fields: Readonly<Record<string, unknown>>
  readonly text: string
}

export interface TestHub extends HubService {
  readonly reports: HubReports
  readonly log: readonly LogLine[]
  readonly url: string
}

const recordingLog = (lines: LogLine[]) => {
  const at =
    (level: LogLine['level']) =>
    (fields: object, text = '') =>
      void lines.push({ level, fields: { ...fields }, text })
  return { debug: at('debug'), info: at('info'), warn: at('warn') }
}

export const startTestHub = async (settings: TestHubSettings = {}): Promise<TestHub> => {
  const log: LogLine[] = []
  const reports = new HubReports(recordingLog(log), { event: (_, write) => write(), close: () => {} })
  const service = await serveHub(
    {
      ledger:
        settings.ledger ??
        (await ledgerOn(settings.database ?? new MemoryLevel<string, string>(), systemClock)),
      ...(settings.hubs && { hubs: settings.hubs }),
      clock: settings.clock ?? systemClock,
      reports,
      pressure: { isDiskLow: settings.isDiskLow ?? (() => false) },
      keys: settings.keys ?? null,
      wallClockMs: settings.wallClockMs ?? Date.now,
      options: { ...readHubConfig({}, {}).options, ...settings.options },
    },
    { host: '127.0.0.1', port: 0, tls: settings.tls ?? null },
  )
  atEndOfTest(() => service.close())
  return {
    ...service,
    reports,
    log,
    url: `${settings.tls === undefined ? 'http' : 'https'}://127.0.0.1:${service.port}`,
  }
}

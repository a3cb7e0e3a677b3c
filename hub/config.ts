/** The hub's settings; the only file of the hub that knows the environment. */
import { isIP } from 'node:net'
import { join } from 'node:path'
import {
  choiceSetting,
  DATA_DIR_SETTING,
  type Environment,
  type Flags,
  LOG_SETTINGS,
  optionalTextSetting,
  readSettings,
  type Setting,
  type SettingTable,
} from '../shared/settings.ts'
import { type Keys, keysOf, SHORTEST_SECRET } from './access/keys.ts'
import type { HubOptions } from './hub-parts.ts'
import type { DatabaseOptions, Durability } from './ledger/postgres/connection.ts'
import { LIMIT_SETTINGS } from './limit-settings.ts'
import { named, number } from './setting-rows.ts'
import { type Tls, tlsSettings } from './tls.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const YEAR_MS = 366 * DAY_MS

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

const HOST = {
  ...named('host', 'address to listen on; without a key only a loopback one'),
  fallback: '127.0.0.1',
}

const openHostSetting: Setting<string> = {
  ...HOST,
  form: 'a loopback address (127.0.0.1, ::1 or localhost): without a key the hub takes everybody for who he says he is. Set CAPS_SECRET to listen on another address',
  read: (text) => (isLoopback(text) ? text : null),
}

const keyedHostSetting: Setting<string> = {
  ...HOST,
  form: 'an address or a name of this machine',
  read: (text) => (isIP(text) > 0 || /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})$/.test(text) ? text : null),
}

const SECRET = 'CAPS_SECRET'

const secretSetting: Setting<Keys | null> = {
  variable: SECRET,
  // A process's flags are for everybody on the machine to see.
  flag: null,
  help: 'one or two keys of the tokens, <key id>:<secret>, joined by a comma; the first one signs',
  form: `one or two keys <key id>:<secret> joined by a comma, each secret of ${SHORTEST_SECRET} to 512 visible ASCII characters without comma and colon`,
  fallback: null,
  isConfidential: true,
  read: keysOf,
}

const DATABASE_URL = 'CAPS_DATABASE_URL'

const databaseSetting: Setting<string | null> = {
  variable: DATABASE_URL,
  // It may hold a password.
  flag: null,
  help: 'PostgreSQL that keeps the data instead of a folder, postgres://USER:PASSWORD@HOST:PORT/DATABASE',
  form: 'postgres://USER:PASSWORD@HOST:PORT/DATABASE',
  fallback: null,
  isConfidential: true,
  read: (text) => (isDatabaseUrl(text) ? text : null),
}

const isDatabaseUrl = (text: string): boolean => {
  if (!URL.canParse(text)) return false
  const { protocol, pathname } = new URL(text)
  return (protocol === 'postgres:' || protocol === 'postgresql:') && /^\/[^/]+$/.test(pathname)
}

const durabilitySetting: Setting<Durability> = choiceSetting(
  named(
    'durability',
    'what a confirmed event survives: local, a crash of the machine with the data; replicated, its loss as well',
  ),
  ['local', 'replicated'],
  'local',
)

/** A folder has no standby. */
const folderDurabilitySetting: Setting<Durability> = {
  ...durabilitySetting,
  form: `local, unless ${DATABASE_URL} names a database`,
  read: (text) => (text === 'local' ? text : null),
}

export const HUB_SETTINGS = {
  host: openHostSetting,
  port: number('port', 'port to listen on; 0 takes a free one', [3001, 0, 65_535]),
  dataDir: DATA_DIR_SETTING,
  databaseUrl: databaseSetting,
  durability: durabilitySetting,
  secret: secretSetting,
  ...tlsSettings({ flags: {}, environment: {} }),
  allowedOrigins: optionalTextSetting(
    named(
      'allowed-origins',
      "origins of web pages that may connect, besides the hub's own, and under whose names it may be reached, joined by commas",
    ),
    /^https?:\/\/[^/,]+(,https?:\/\/[^/,]+)*$/,
    'origins like https://shop.example, joined by commas',
  ),
  ackTimeoutMs: number('ack-timeout-ms', 'time in which a handover must be acknowledged', [
    30_000,
    10,
    HOUR_MS,
  ]),
  deliveryLimit: number(
    'delivery-limit',
    'failed handovers until an entry becomes a dead letter',
    [10, 1, 1000],
  ),
  retryDelayMs: number('retry-delay-ms', 'wait before the second handover; doubles with each further one', [
    1000,
    1,
    HOUR_MS,
  ]),
  longestRetryDelayMs: number('longest-retry-delay-ms', 'longest wait between two handovers', [
    60_000,
    1,
    DAY_MS,
  ]),
  retryBound: number(
    'retry-bound',
    'entries of a participant that may wait for a retry before it is paused',
    [1000, 1, 100_000],
  ),
  driverGraceMs: number('driver-grace-ms', 'time that a driver may be away with leased pickups', [
    30_000,
    10,
    DAY_MS,
  ]),
  assignmentMs: number('assignment-time-ms', 'time that an order may stay assigned without being picked up', [
    900_000,
    10,
    YEAR_MS,
  ]),
  sessionExpiryMs: number('session-expiry-ms', 'time away after which a participant is forgotten', [
    7 * DAY_MS,
    10,
    YEAR_MS,
  ]),
  orderRetentionMs: number('order-retention-ms', 'time that a delivered order is kept', [
    30 * DAY_MS,
    10,
    YEAR_MS,
  ]),
  deadLetterRetentionMs: number('dead-letter-retention-ms', 'time that a dead letter is kept', [
    30 * DAY_MS,
    10,
    YEAR_MS,
  ]),
  upkeepPeriodMs: number('upkeep-period-ms', 'time between two rounds of upkeep', [60_000, 10, DAY_MS]),
  window: number('window', 'entries in flight to a participant that asks for nothing else', [100, 1, 20_000]),
  greatestWindow: number(
    'greatest-window',
    'most entries in flight that a participant may ask for',
    [20_000, 1, 100_000],
  ),
  windowBytes: number('window-bytes', 'bytes in flight to a connection', [
    256 * 1024,
    1024,
    64 * 1024 * 1024,
  ]),
  capacity: number('capacity', 'parcels of a driver that asks for nothing else', [4, 1, 100_000]),
  greatestCapacity: number(
    'greatest-capacity',
    'most parcels that a driver may ask for',
    [100_000, 1, 100_000],
  ),
  participantsPerStore: number(
    'participants-per-store',
    'participants that one store may have',
    [16, 1, 1000],
  ),
  queueLength: number('queue-length', 'entries in a queue above which new orders are refused', [
    10_000_000,
    1,
    Number.MAX_SAFE_INTEGER,
  ]),
  diskWatermarkMb: number(
    'disk-watermark-mb',
    'free disk in MB below which new orders are refused',
    [256, 0, 1_000_000_000],
  ),
  diskPeriodMs: number('disk-period-ms', 'time between two looks at the free disk', [5000, 10, HOUR_MS]),
  batchLength: number('batch-length', 'events in one publish frame', [1000, 1, 20_000]),
  undecidedEvents: number(
    'undecided-events',
    'events that may wait for the disk before more are refused as busy',
    [20_000, 1, 10_000_000],
  ),
  ...LIMIT_SETTINGS,
  stopTimeMs: number('stop-time-ms', 'time in which a stop must be complete', [5000, 100, HOUR_MS]),
  ...LOG_SETTINGS,
} as const satisfies SettingTable

const FIXED = {
  pingIntervalMs: 10_000,
  pingTimeoutMs: 10_000,
} as const

export interface HubConfig {
  readonly host: string
  readonly port: number
  /** The hub's own folder in the data folder. */
  readonly folder: string
  /** null: the data is in the folder. */
  readonly database: DatabaseOptions | null
  readonly watermarkBytes: number
  readonly diskPeriodMs: number
  readonly stopTimeMs: number
  readonly logLevel: string
  readonly logFormat: 'auto' | 'pretty' | 'json'
  /** Of the tokens; null runs open. */
  readonly keys: Keys | null
  /** null speaks http. */
  readonly tls: Tls | null
  readonly options: HubOptions
  /** What holds, by the names of the flags, for those who watch: no secrets. */
  readonly shown: Shown
}

type Shown = Readonly<Record<string, string | number | boolean | null>>

/** Confidential ones and those of TLS, which are read from files, are left out. */
const shownOf = (values: Readonly<Record<string, unknown>>): Shown => {
  const rows = Object.entries<Setting<unknown>>(HUB_SETTINGS)
  return Object.fromEntries(
    rows.flatMap(([name, { flag, isConfidential }]) => {
      const value = values[name]
      return flag === null || isConfidential || value === undefined ? [] : [[flag, value]]
    }),
  ) as Shown
}

const MIB = 1024 * 1024

/** Whoever has no key, or none that can be used, may be reached from this machine only. */
const tableFor = (from: { flags: Flags; environment: Environment }): typeof HUB_SETTINGS => ({
  ...HUB_SETTINGS,
  ...tlsSettings(from),
  ...(from.environment[DATABASE_URL] ? {} : { durability: folderDurabilitySetting }),
  ...(keysOf(from.environment[SECRET] ?? '') === null ? {} : { host: keyedHostSetting }),
})

/** @throws Fault `configuration` that lists all that is wrong */
export const readHubConfig = (flags: Flags, environment: Environment): HubConfig => {
  const from = { flags, environment }
  const { secret, tlsCert, tlsKey, databaseUrl: url, ...values } = readSettings(tableFor(from), from)
  const {
    host,
    port,
    dataDir,
    durability,
    diskWatermarkMb,
    diskPeriodMs,
    allowedOrigins,
    stopTimeMs,
    logLevel,
    logFormat,
  } = values
  return Object.freeze({
    host,
    port,
    folder: join(dataDir, 'hub'),
    database: url === null ? null : { url, durability },
    watermarkBytes: diskWatermarkMb * MIB,
    diskPeriodMs,
    stopTimeMs,
    logLevel,
    logFormat,
    keys: secret,
    tls: tlsCert === null || tlsKey === null ? null : { cert: tlsCert, key: tlsKey },
    options: { ...values, ...FIXED, allowedOrigins: allowedOrigins?.split(',') ?? [] },
    shown: shownOf(values),
  })
}

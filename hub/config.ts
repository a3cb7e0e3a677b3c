/** The hub's settings; the only file of the hub that knows the environment. */
import { isIP } from 'node:net'
import { join } from 'node:path'
import {
  DATA_DIR_SETTING,
  type Environment,
  type Flags,
  LOG_SETTINGS,
  optionalTextSetting,
  readSettings,
  type Setting,
  type SettingTable,
  wholeNumberSetting,
} from '../shared/settings.ts'
import type { HubOptions } from './hub.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const YEAR_MS = 366 * DAY_MS

/** `name` as it is in flags; the variable is the same in capitals. */
const named = (name: string, help: string) => ({
  variable: `CAPS_${name.toUpperCase().replaceAll('-', '_')}`,
  flag: name,
  help,
})

const number = (
  name: string,
  help: string,
  range: [fallback: number, minimum: number, maximum: number],
): Setting<number> => {
  const [fallback, minimum, maximum] = range
  return wholeNumberSetting(named(name, help), { fallback, minimum, maximum })
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

const hostSetting: Setting<string> = {
  ...named('host', 'address to listen on; without a key only a loopback one'),
  form: 'a loopback address (127.0.0.1, ::1 or localhost): the hub checks no tokens yet, and whoever reaches it may be anybody',
  fallback: '127.0.0.1',
  read: (text) => (isLoopback(text) ? text : null),
}

/** Of a later version; a hub that ignored it would be taken for something that it is not. */
const notBuilt = (name: string, help: string, form: string): Setting<null> => ({
  ...named(name, `${help} (not built yet)`),
  form,
  fallback: null,
  isConfidential: true,
  read: () => null,
})

export const HUB_SETTINGS = {
  host: hostSetting,
  port: number('port', 'port to listen on; 0 takes a free one', [3001, 0, 65_535]),
  dataDir: DATA_DIR_SETTING,
  databaseUrl: notBuilt(
    'database-url',
    'PostgreSQL for several hubs',
    'none: this version keeps its data in a folder only',
  ),
  secret: notBuilt('secret', 'key of the tokens', 'none: this version cannot check tokens yet'),
  allowedOrigins: optionalTextSetting(
    named(
      'allowed-origins',
      "origins of web pages that may connect, besides the hub's own, joined by commas",
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
  pickupsPerSecond: number(
    'pickups-per-second',
    'new orders a second from one connection; 0 is no limit',
    [0, 0, 1_000_000],
  ),
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
  outgoingBytes: number('outgoing-bytes', 'bytes that may wait for a peer that does not read', [
    1024 * 1024,
    64 * 1024,
    1024 * 1024 * 1024,
  ]),
  stopTimeMs: number('stop-time-ms', 'time in which a stop must be complete', [5000, 100, HOUR_MS]),
  ...LOG_SETTINGS,
} as const satisfies SettingTable

/** Limits of events that follow from the schemas, and of frames; told to every client in its welcome. */
const FIXED = {
  eventBytes: 20 * 1024,
  frameBytes: 256 * 1024,
  pingIntervalMs: 10_000,
  pingTimeoutMs: 10_000,
} as const

export interface HubConfig {
  readonly host: string
  readonly port: number
  /** The hub's own folder in the data folder. */
  readonly folder: string
  readonly watermarkBytes: number
  readonly diskPeriodMs: number
  readonly stopTimeMs: number
  readonly logLevel: string
  readonly logFormat: 'auto' | 'pretty' | 'json'
  readonly options: HubOptions
}

const MIB = 1024 * 1024

/** @throws Fault `configuration` that lists all that is wrong */
export const readHubConfig = (flags: Flags, environment: Environment): HubConfig => {
  const values = readSettings(HUB_SETTINGS, { flags, environment })
  const {
    host,
    port,
    dataDir,
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
    watermarkBytes: diskWatermarkMb * MIB,
    diskPeriodMs,
    stopTimeMs,
    logLevel,
    logFormat,
    options: { ...values, ...FIXED, allowedOrigins: allowedOrigins?.split(',') ?? [] },
  })
}

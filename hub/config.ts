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
import { DELIVERY_SETTINGS } from './delivery-settings.ts'
import type { HubOptions } from './hub-parts.ts'
import type { DatabaseOptions, Durability } from './ledger/postgres/connection.ts'
import { LIMIT_SETTINGS } from './limit-settings.ts'
import { named, number } from './setting-rows.ts'
import { type Tls, tlsSettings } from './tls.ts'

const HOUR_MS = 3_600_000

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
  ...DELIVERY_SETTINGS,
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

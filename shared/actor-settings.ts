/** Settings that vendors and drivers share. */
import { ID_PATTERN } from './ids.ts'
import { FROM_LAUNCHER } from './launcher-tokens.ts'
import {
  DATA_DIR_SETTING,
  LOG_SETTINGS,
  optionalTextSetting,
  type Setting,
  type SettingTable,
} from './settings.ts'

export const ID_FORM = '1 to 64 characters of A-Z a-z 0-9 . _ ~ : -'

const isHubUrl = (text: string): boolean =>
  URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol)

export const hubUrlSetting: Setting<string> = {
  variable: 'CAPS_URL',
  flag: 'url',
  help: "the hub's address",
  form: 'an http or https address',
  fallback: 'http://localhost:3001',
  read: (text) => (isHubUrl(text) ? text : null),
}

export const idSetting = (help: string): Setting<string | null> =>
  optionalTextSetting({ variable: 'CAPS_ID', flag: 'id', help }, new RegExp(ID_PATTERN), ID_FORM)

const tokenSetting: Setting<string | null> = {
  ...optionalTextSetting(
    {
      variable: 'CAPS_TOKEN',
      flag: 'token',
      help: 'proof of who this is, for a hub that asks for one: what caps token prints',
    },
    new RegExp(`^(?:[\\w-]+\\.[\\w-]+\\.[\\w-]+|${FROM_LAUNCHER})$`),
    'a token as caps token prints it, three parts joined by dots',
  ),
  isConfidential: true,
}

export const ACTOR_SETTINGS = {
  url: hubUrlSetting,
  token: tokenSetting,
  dataDir: DATA_DIR_SETTING,
  ...LOG_SETTINGS,
} as const satisfies SettingTable

/** In which an actor must have ended after it was asked to. */
export const STOP_TIME_MS = 5000
/**
 * Of it, for what is still on its way; the rest is for closing. Without a connection little will become of that, and it is safe in the outbox.
 *
 * @returns milliseconds
 */
export const drainTimeMs = (isConnected: boolean): number => (isConnected ? 4000 : 500)

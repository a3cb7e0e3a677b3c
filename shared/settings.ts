/**
 * Settings of a program, declared once in a table: the same row makes the flag with its help, reads the environment variable, checks the
 * value and says what was expected. Flags win over the environment, the environment over `.env`. All faults are reported together.
 */
import { readFileSync } from 'node:fs'
import { parse } from 'dotenv'
import { Fault } from './fault.ts'

export interface Setting<T> {
  /** null: only a flag, for what one command is told. */
  readonly variable: string | null
  /** Long name without dashes; the flag is `--<flag>`. null: only a variable, since the flags of a process are for everybody to see. */
  readonly flag: string | null
  readonly help: string
  /** What a value must look like, for the reader of a fault. */
  readonly form: string
  readonly fallback: T
  /** A value that is not of its form is not repeated in the fault: it may hold a password. */
  readonly isConfidential?: true
  /** The value that `text` stands for; null if it is not of the form. */
  read(text: string): T | null
}

type Naming = Pick<Setting<unknown>, 'variable' | 'flag' | 'help'>

export const textSetting = (naming: Naming, fallback: string): Setting<string> => ({
  ...naming,
  form: 'a text that is not empty',
  fallback,
  read: (text) => (text.trim() === '' ? null : text),
})

export const optionalTextSetting = (
  naming: Naming,
  pattern?: RegExp,
  form = 'a text',
): Setting<string | null> => ({
  ...naming,
  form,
  fallback: null,
  read: (text) => (pattern === undefined || pattern.test(text) ? text : null),
})

export const wholeNumberSetting = (
  naming: Naming,
  range: { fallback: number; minimum: number; maximum: number },
): Setting<number> => ({
  ...naming,
  form: `a whole number from ${range.minimum} to ${range.maximum}`,
  fallback: range.fallback,
  read(text) {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    return value >= range.minimum && value <= range.maximum ? value : null
  },
})

export const choiceSetting = <const T extends string>(
  naming: Naming,
  choices: readonly T[],
  fallback: T,
): Setting<T> => ({
  ...naming,
  form: `one of ${choices.join(', ')}`,
  fallback,
  read: (text) => choices.find((choice) => choice === text) ?? null,
})

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** `15m`, in milliseconds; null for what is no duration. */
export const durationIn = (text: string): number | null => {
  const [, number, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? []
  return unit === undefined ? null : Number(number) * UNIT_MS[unit as keyof typeof UNIT_MS]
}

/** Its value is a text, as it was given: `durationIn` makes milliseconds of it. */
export const durationSetting = (
  naming: Naming,
  range: { fallback: string; minimum: string; maximum: string },
): Setting<string> => ({
  ...naming,
  form: `a time from ${range.minimum} to ${range.maximum}, in ms, s, m, h or d`,
  fallback: range.fallback,
  read(text) {
    const [ms, least, most] = [text, range.minimum, range.maximum].map(durationIn)
    return ms != null && ms >= least! && ms <= most! ? text : null
  },
})

export type SettingTable = Readonly<Record<string, Setting<unknown>>>
export type SettingValues<T extends SettingTable> = {
  readonly [K in keyof T]: T[K] extends Setting<infer V> ? V : never
}

/** Flags as commander gives them, keyed by the flag's name without dashes. Absent ones are undefined. */
export type Flags = Readonly<Record<string, string | undefined>>
export type Environment = Readonly<Record<string, string | undefined>>

const faultLine = (source: string, got: string, { form, isConfidential }: Setting<unknown>): string =>
  `  ${source}: got ${isConfidential ? 'a value' : JSON.stringify(got)}, expected ${form}`

/**
 * Reads all settings of a table.
 * @throws Fault `configuration`, listing every setting that is not of its form with the value got and the form expected
 */
export const readSettings = <T extends SettingTable>(
  table: T,
  from: { flags: Flags; environment: Environment },
): SettingValues<T> => {
  const faults: string[] = []
  const values = Object.entries(table).map(([key, setting]) => {
    const flag = setting.flag === null ? undefined : from.flags[setting.flag]
    const given = flag ?? (setting.variable === null ? undefined : from.environment[setting.variable])
    // An empty variable is what an unfilled line of `.env` gives: it means the default.
    if (given === undefined || (given === '' && flag === undefined)) return [key, setting.fallback]
    const value = setting.read(given)
    if (value === null)
      faults.push(faultLine(flag === undefined ? `${setting.variable}` : `--${setting.flag}`, given, setting))
    return [key, value]
  })
  if (faults.length > 0) throw configurationFault(faults)
  return Object.freeze(Object.fromEntries(values)) as SettingValues<T>
}

/** Several faults as one: each is a line of its own. */
const configurationFault = (lines: readonly string[]): Fault =>
  new Fault('configuration', `The configuration is not usable:\n${lines.join('\n')}`)

/** The process's environment over the `.env` file of the folder, if there is one. */
export const environmentOf = (processEnvironment: Environment, file = '.env'): Environment => {
  try {
    return { ...parse(readFileSync(file)), ...processEnvironment }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return processEnvironment
    throw new Fault('configuration', `${file} cannot be read: ${(error as Error).message}`, { cause: error })
  }
}

export const LOG_SETTINGS = {
  logLevel: choiceSetting(
    { variable: 'LOG_LEVEL', flag: 'log-level', help: 'least level that is logged' },
    ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
    'info',
  ),
  logFormat: choiceSetting(
    {
      variable: 'LOG_FORMAT',
      flag: 'log-format',
      help: 'auto: readable on a terminal, JSON lines otherwise',
    },
    ['auto', 'pretty', 'json'],
    'auto',
  ),
} as const satisfies SettingTable

export const DATA_DIR_SETTING = textSetting(
  { variable: 'CAPS_DATA_DIR', flag: 'data-dir', help: 'folder of all that must survive a restart' },
  './data',
)

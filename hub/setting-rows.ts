/** How the rows of the hub's settings are made. */
import { type Setting, wholeNumberSetting } from '../shared/settings.ts'

/** `name` as it is in flags; the variable is the same in capitals. */
export const named = (name: string, help: string) => ({
  variable: `CAPS_${name.toUpperCase().replaceAll('-', '_')}`,
  flag: name,
  help,
})

export const number = (
  name: string,
  help: string,
  range: [fallback: number, minimum: number, maximum: number],
): Setting<number> => {
  const [fallback, minimum, maximum] = range
  return wholeNumberSetting(named(name, help), { fallback, minimum, maximum })
}

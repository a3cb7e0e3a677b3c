/** The command line: one command a program, one option a setting. */
import { Command, CommanderError, Option } from 'commander'
import { EXIT } from '../shared/exit-codes.ts'
import type { Flags, Setting, SettingTable } from '../shared/settings.ts'
import type { Program } from './programs.ts'

const defaultText = ({ fallback }: Setting<unknown>): string =>
  fallback === null || Array.isArray(fallback) ? '' : `, default ${String(fallback)}`

const originText = (setting: Setting<unknown>): string => {
  const origin = `${setting.variable ?? ''}${defaultText(setting)}`.replace(/^, /, '')
  return origin === '' ? '' : ` [${origin}]`
}

const optionOf = (setting: Setting<unknown>): Option =>
  new Option(`--${setting.flag} <value>`, `${setting.help}${originText(setting)}`)

const hiddenText = (settings: readonly Setting<unknown>[]): string =>
  [
    '',
    'Only in the environment or in .env:',
    ...settings.map((row) => `  ${row.variable}  ${row.help}`),
  ].join('\n')

/** As given, by the flags' names. */
const flagsOf = (command: Command): Flags =>
  Object.fromEntries(
    command.options.map((option) => [
      option.name(),
      command.getOptionValue(option.attributeName()) as string | undefined,
    ]),
  )

const addOptions = (command: Command, table: SettingTable): void => {
  const settings = Object.values(table)
  for (const setting of settings.filter(({ flag }) => flag !== null)) command.addOption(optionOf(setting))
  const hidden = settings.filter(({ flag }) => flag === null)
  if (hidden.length > 0) command.addHelpText('after', hiddenText(hidden))
}

/** Only the chosen program's options are loaded: the others' settings need not even be readable. */
const addCommand = async (caps: Command, program: Program, isChosen: boolean): Promise<void> => {
  const command = caps.command(program.name).description(program.summary)
  for (const { name, help } of program.words ?? []) command.argument(`<${name}>`, help)
  if (isChosen) addOptions(command, await program.settings())
  command.action(async () => void (await program.run(flagsOf(command), command.args)))
}

export interface Terminal {
  writeOut(text: string): void
  writeErr(text: string): void
}

const createCommandLine = async (
  programs: readonly Program[],
  args: readonly string[],
  terminal: Terminal,
): Promise<Command> => {
  const caps = new Command('caps')
    .description('Durable delivery of a courier company’s events')
    .exitOverride()
    .configureOutput({ ...terminal, outputError: (text, write) => write(text.replace(/^error: /, '')) })
    .showHelpAfterError('(--help lists what there is)')
  for (const program of programs) await addCommand(caps, program, args.includes(program.name))
  return caps
}

/**
 * Runs the program that `args` ask for.
 * @param args without node and script
 * @returns the exit code, when no program was to be run: help was asked for, or something does not exist
 */
export const runCommandLine = async (
  programs: readonly Program[],
  args: readonly string[],
  terminal: Terminal,
): Promise<number> => {
  const caps = await createCommandLine(programs, args, terminal)
  try {
    await caps.parseAsync(args, { from: 'user' })
    return EXIT.ok
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown
    return thrown.exitCode === 0 ? EXIT.ok : EXIT.configuration
  }
}

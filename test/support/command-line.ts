/** The command lines of the programmes that make faults. */
import { type Command, CommanderError, InvalidArgumentError } from 'commander'
import { EXIT } from '../../shared/exit-codes.ts'
import { Fault } from '../../shared/fault.ts'

/** Parses an option's value. */
export const wholeNumber =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text)
    if (Number.isSafeInteger(value) && value >= least && value <= most) return value
    const end = most === Number.MAX_SAFE_INTEGER ? 'on' : `to ${most}`
    throw new InvalidArgumentError(`Give a whole number from ${least} ${end}.`)
  }

/** Runs what the command line asks for. Mistakes in it, and faults, are told as a sentence. */
export const runCommandLine = async (program: Command): Promise<void> => {
  try {
    await program.parseAsync()
  } catch (thrown) {
    if (thrown instanceof CommanderError)
      process.exitCode = thrown.exitCode === 0 ? EXIT.ok : EXIT.configuration
    else if (thrown instanceof Fault) {
      process.stderr.write(`${thrown.message}\n`)
      process.exitCode = thrown.code === 'configuration' ? EXIT.configuration : EXIT.fault
    } else throw thrown
  }
}

/** The command lines of the load programmes. */
import { type Command, CommanderError } from 'commander'
import { EXIT } from '../../shared/exit-codes.ts'
import { Fault } from '../../shared/fault.ts'

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

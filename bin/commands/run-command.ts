import { Fault } from '../../shared/fault.ts'
import { runProgram } from '../../shared/program.ts'

/** Longer than what a command waits for. */
const STOP_TIME_MS = 1000

/** Prints a line, and resolves when it has left: the process may end then. */
export const printLine = (text: string): Promise<void> =>
  new Promise((resolve, reject) =>
    process.stdout.write(`${text}\n`, (error) => (error == null ? resolve() : reject(error))),
  )

/** Runs a program that does one thing and ends. Interrupted, it does not claim to have done it. */
export const runCommand = (work: () => Promise<void>): Promise<never> =>
  runProgram(async () => {
    let isOver = false
    const ended = work().finally(() => {
      isOver = true
    })
    return {
      ended,
      async stop() {
        if (!isOver) throw new Fault('interrupted', 'Interrupted; it may have been done or not.')
      },
    }
  }, STOP_TIME_MS)

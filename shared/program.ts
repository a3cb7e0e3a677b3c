/**
 * The life of a program: start, run until somebody asks it to stop, stop in good order, exit with the right code. It may be asked by a signal
 * (a second one ends it at once), by its parent's message `stop`, by losing a parent that watches over it, or by itself. What must be
 * closed is `start`'s to say; when to exit, and with which code, is decided here and nowhere else.
 */
import { EXIT } from './exit-codes.ts'
import { Fault, messageOf } from './fault.ts'

export interface Running {
  /** Resolves or rejects when the program ends by itself; never, if only others can end it. */
  readonly ended: Promise<void>
  /** Closes everything in reverse order of opening. Called once. */
  stop(): Promise<void>
}

const EXIT_OF: Readonly<Record<string, number>> = {
  configuration: EXIT.configuration,
  'in-use': EXIT.inUse,
  displaced: EXIT.displaced,
  refused: EXIT.refused,
}

const exitCodeOf = (thrown: unknown): number =>
  thrown instanceof Fault ? (EXIT_OF[thrown.code] ?? EXIT.fault) : EXIT.fault

/** A fault is a sentence for the reader; anything else is a bug, and its stack belongs into a report. */
const tell = (thrown: unknown): void =>
  void process.stderr.write(
    thrown instanceof Fault
      ? `${thrown.message}\n`
      : `Unexpected: ${(thrown as Error)?.stack ?? messageOf(thrown)}\n`,
  )

const whenAskedToStop = (): Promise<void> =>
  new Promise((resolve) => {
    let asked = false
    const ask = () => {
      if (asked) process.exit(EXIT.fault)
      asked = true
      resolve()
    }
    process.on('SIGINT', ask)
    process.on('SIGTERM', ask)
    if (process.channel === undefined) return
    process.on('message', (message) => message === 'stop' && resolve())
    process.once('disconnect', resolve)
  })

/** Rejects after the stop time, so that a stop that hangs still ends, and says so. */
const stopWithin = async (running: Running, stopTimeMs: number): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Fault('stop', `Not everything could be closed within ${stopTimeMs} ms.`)),
      stopTimeMs,
    )
  })
  await Promise.race([running.stop(), late]).finally(() => clearTimeout(timer))
}

/** Runs a program and exits the process; it does not return. */
export const runProgram = async (start: () => Promise<Running>, stopTimeMs: number): Promise<never> => {
  let exitCode: number = EXIT.ok
  const fail = (thrown: unknown) => {
    exitCode = exitCodeOf(thrown)
    tell(thrown)
  }
  try {
    const asked = whenAskedToStop()
    const running = await start()
    await Promise.race([asked, running.ended]).catch(fail)
    await stopWithin(running, stopTimeMs)
  } catch (thrown) {
    fail(thrown)
  }
  process.exit(exitCode)
}

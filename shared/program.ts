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

/**
 * npm forwards SIGINT to the program that it runs (@npmcli/run-script, signal-manager.js), which the terminal has sent there already: one Ctrl-C comes
 * twice within milliseconds. A person's second one takes longer.
 */
const ONE_PRESS_MS = 400

const whenAskedToStop = (): Promise<void> =>
  new Promise((resolve) => {
    let askedMs: number | null = null
    const ask = () => {
      if (askedMs !== null && performance.now() - askedMs > ONE_PRESS_MS) process.exit(EXIT.fault)
      askedMs ??= performance.now()
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

/**
 * Runs a program and exits the process; it does not return.
 *
 * @param stopTimeMs how long a stop may take; a function where the program itself reads it from its settings
 */
export const runProgram = async (
  start: () => Promise<Running>,
  stopTimeMs: number | (() => number),
): Promise<never> => {
  let exitCode: number = EXIT.ok
  const fail = (thrown: unknown) => {
    exitCode = exitCodeOf(thrown)
    tell(thrown)
  }
  try {
    const asked = whenAskedToStop()
    const running = await start()
    // Told whenever it comes: a disk may fail while the program stops.
    const ended = running.ended.catch(fail)
    await Promise.race([asked, ended])
    await stopWithin(running, typeof stopTimeMs === 'number' ? stopTimeMs : stopTimeMs())
  } catch (thrown) {
    fail(thrown)
  }
  process.exit(exitCode)
}

/**
 * Time, as everything that decides gets it: a port, so that hub, vendors and drivers can run on a clock that a test moves by hand.
 */
export interface Clock {
  /** Milliseconds since 1970, UTC, whole ones. It runs steadily, as `after` does: time passes between two readings only if it has passed. */
  now(): number
  /** Calls `run` once after `delayMs`. The result cancels it; cancelling twice, or after it ran, does nothing. */
  after(delayMs: number, run: () => void): () => void
  /** Calls `run` when everything that arrived in this turn of the event loop has been seen, in the order of the calls. */
  endOfTurn(run: () => void): void
}

/** Read once: Node looks it up at every reading, for longer than it takes to read the time since. */
const START_MS = performance.timeOrigin

/** Node refuses longer timers (it fires them at once), see `setTimeout` in its documentation. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * The machine's wall clock as it was when the process started, and steady from then on. Timers do not follow a wall clock that is set, so what compares the two would wait for hours when it is
 * set back, and give up what is well when it is set forwards; the next process goes by the new time.
 */
export const systemClock: Clock = {
  now: () => Math.floor(START_MS + performance.now()),
  after(delayMs, run) {
    const timer = setTimeout(run, Math.min(Math.max(delayMs, 0), LONGEST_TIMER_MS))
    return () => clearTimeout(timer)
  },
  endOfTurn: (run) => void setImmediate(run),
}

/** Calls `run` every `periodMs` until the result is called. The next period begins when `run` has returned. */
export const every = (clock: Clock, periodMs: number, run: () => void): (() => void) => {
  let cancel = () => {}
  const arm = () => {
    cancel = clock.after(periodMs, () => {
      arm()
      run()
    })
  }
  arm()
  return () => cancel()
}

/**
 * Waiting without sleeping: for an event, or for the next value of an inbox. What does not come is said in words shortly before mocha's own
 * timeout would fail the test without them.
 */
import type { Test } from 'mocha'

/** Of a hook, whose timeout cannot be read; .mocharc.json says the same. */
const HOOK_TIMEOUT_MS = 20_000
/** Part of the timeout that is left for mocha to hear of the failure. */
const MARGIN = 0.05

let current: { readonly test: Test; readonly startMs: number } | null = null

/** For the root hooks: the test whose timeout counts from now on; null between tests. */
export const beginTest = (test: Test | undefined): void => {
  current = test === undefined ? null : { test, startMs: Date.now() }
}

/** Read when somebody begins to wait, since a test may set its timeout in its body. null: there is none. */
const patienceMs = (): number | null => {
  const timeoutMs = current === null ? HOOK_TIMEOUT_MS : current.test.timeout()
  const spentMs = current === null ? 0 : Date.now() - current.startMs
  return timeoutMs === 0 ? null : Math.max(0, timeoutMs * (1 - MARGIN) - spentMs)
}

/** `promise`, or a rejection that says `what` was waited for when the test's time is nearly over. */
export const inTime = <T>(promise: Promise<T>, what: () => string): Promise<T> => {
  const waitMs = patienceMs()
  if (waitMs === null) return promise
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`Waited ${Math.round(waitMs)} ms for ${what()}`)),
      Math.min(waitMs, 2 ** 31 - 1),
    )
    promise.finally(() => clearTimeout(timer)).then(resolve, reject)
  })
}

/** Loose enough for an EventEmitter and for Socket.IO's typed sockets. */
interface Emitter {
  on(name: never, listener: never): unknown
  off(name: never, listener: never): unknown
}

/** What the emitter's next event `name` brings, as the list of its arguments. */
export const eventOf = async <V extends readonly unknown[] = readonly unknown[]>(
  emitter: Emitter,
  name: string,
): Promise<V> => {
  let take: (...values: unknown[]) => void = () => {}
  const event = new Promise<V>((resolve) => {
    take = (...values) => resolve(values as unknown as V)
    emitter.on(name as never, take as never)
  })
  return inTime(event, () => `the event ${name}`).finally(() => emitter.off(name as never, take as never))
}

export interface Inbox<T> {
  /** Give this to whatever calls listeners: `socket.on('pickup', inbox.put)`, `link.onStatus(inbox.put)`. */
  readonly put: (value: T) => void
  /** The oldest value that was not taken yet and that matches, as soon as there is one. Waiting calls are served in order. */
  next(matches?: (value: T) => boolean): Promise<T>
  /** All values so far, taken ones included. */
  readonly all: readonly T[]
  /** No value comes any more: whoever waits for one, now or later, is told why at once. */
  end(why: string): void
}

interface Waiter<T> {
  matches(value: T): boolean
  take(value: T): void
  fail(error: Error): void
}

/** Keeps what arrives until a test asks for it. `name` says in a failure what was waited for. */
export const createInbox = <T>(name: string): Inbox<T> => {
  const all: T[] = []
  const untaken: T[] = []
  const waiters = new Set<Waiter<T>>()
  let ended: string | null = null

  const words = () => `${name}; not taken: ${JSON.stringify(untaken)?.slice(0, 2000)}`
  const endFault = (why: string) => new Error(`${why} before ${words()}`)

  const put = (value: T) => {
    all.push(value)
    const waiter = [...waiters].find((waiting) => waiting.matches(value))
    if (waiter === undefined) return void untaken.push(value)
    waiters.delete(waiter)
    waiter.take(value)
  }

  const arrival = (matches: (value: T) => boolean): Promise<T> => {
    if (ended !== null) return Promise.reject(endFault(ended))
    const waiter: Waiter<T> = { matches, take: () => {}, fail: () => {} }
    const promise = new Promise<T>((resolve, reject) => {
      waiter.take = resolve
      waiter.fail = reject
    })
    waiters.add(waiter)
    return inTime(promise, words).finally(() => waiters.delete(waiter))
  }

  return {
    put,
    next(matches = () => true) {
      const index = untaken.findIndex(matches)
      return index === -1 ? arrival(matches) : Promise.resolve(untaken.splice(index, 1)[0] as T)
    },
    all,
    end(why) {
      ended = why
      for (const waiter of waiters) waiter.fail(endFault(why))
    },
  }
}

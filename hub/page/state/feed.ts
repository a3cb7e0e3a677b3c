/**
 * The connection to the hub. It heals by itself: Socket.IO tries again after a connection that broke, and the page after one that the hub ended or did not take, unless it takes this token no more. After every hello the page looks
 * again at what it shows. An answer to a look that is on no more is dropped by its name.
 */
import { computed, effect } from '@preact/signals'
import { io, type Socket } from 'socket.io-client'
import {
  type Action,
  type ActionReply,
  type HubToWatcher,
  type Look,
  type Shown,
  WATCH_NAMESPACE,
  type WatcherToHub,
} from '../../../shared/watch.ts'
import { lookOf, orderView } from '../addresses.ts'
import { view } from './navigation.ts'
import { isPaused, known, tell, tellMoves } from './store.ts'
import { setToken, token } from './token.ts'

const AGAIN_MS = 2000
const ANSWER_MS = 15_000
/** A list that may have gained or lost rows is asked for again at most this often. */
const REFRESH_MS = 2000

const socket: Socket<HubToWatcher, WatcherToHub> = io(WATCH_NAMESPACE, {
  autoConnect: false,
  transports: ['websocket'],
  reconnectionDelay: 300,
  reconnectionDelayMax: 3000,
  auth: (give) => {
    const bearer = token()
    give(bearer === null ? {} : { token: bearer })
  },
})

const isTokenCode = (code: string): boolean => code.startsWith('token-') || code === 'wrong-role'

const away = (isStopping = false): void => {
  const sinceMs = Date.now() + known().clockOffsetMs
  tell({ kind: 'connection', connection: { kind: 'away', sinceMs, isStopping } })
}

const refused = (code: string, message: string): void =>
  tell({ kind: 'connection', connection: { kind: 'refused', code, message } })

let again: ReturnType<typeof setTimeout> | undefined

const connectLater = (): void => {
  clearTimeout(again)
  again = setTimeout(() => socket.connect(), AGAIN_MS)
}

let lookCount = 0

/** @param keeps the rows that are shown stay until the answer comes */
const look = (wanted: Look, keeps: boolean): void => {
  const name = `${++lookCount}`
  tell({ kind: 'looking', look: name, keeps })
  if (!socket.connected) return
  const answered = (fault: Error | null, shown: Shown | undefined): void => {
    if (fault === null && shown !== undefined)
      return tell({ kind: 'shown', look: name, shown, localMs: Date.now() })
    const message = 'The hub has not answered. Try again.'
    const late: Shown = { ok: false, code: 'busy', temporary: true, message }
    tell({ kind: 'shown', look: name, shown: late, localMs: Date.now() })
  }
  socket.timeout(ANSWER_MS).emit('look', wanted, answered)
}

/** Whoever may see one order only sees that one, whatever the address. */
const orderOnly = (): Look | null => {
  const key = known().hello?.order ?? null
  return key === null ? null : lookOf(orderView(key))
}

const wantedLook = (): Look | null => orderOnly() ?? lookOf(view.value)

let lastLook: Look | null = null

const LISTS: readonly Look['view'][] = ['orders', 'queues', 'dead-letters']

/** Of a list other rows may stand there for a moment; nobody should see another order below an order's name. */
const keepsRows = (wanted: Look): boolean =>
  lastLook?.view === wanted.view &&
  (LISTS.includes(wanted.view) || JSON.stringify(lastLook) === JSON.stringify(wanted))

/** Asks for what is shown again. */
export const lookAgain = (): void => {
  const wanted = wantedLook()
  if (wanted !== null) look(wanted, keepsRows(wanted))
  lastLook = wanted
}

const isFirstPage = (): boolean => {
  const wanted = wantedLook()
  return wanted !== null && !('after' in wanted)
}

const refreshIfStale = (): void => {
  if (known().isStale && isFirstPage() && !isPaused.value && !document.hidden) lookAgain()
}

export const act = (action: Action): Promise<ActionReply> =>
  new Promise((resolve) => {
    const noAnswer: ActionReply = {
      ok: false,
      code: 'busy',
      temporary: true,
      message: 'The hub has not answered: look whether it was done before you try again.',
    }
    if (!socket.connected)
      return resolve({ ...noAnswer, message: 'The hub is away. Try again when it is back.' })
    socket
      .timeout(ANSWER_MS)
      .emit('act', action, (fault: Error | null, reply: ActionReply | undefined) =>
        resolve(fault === null && reply !== undefined ? reply : noAnswer),
      )
  })

/** With another token, or none, one is somebody else: nothing of the one before stays. */
export const connectAs = (text: string | null): void => {
  setToken(text)
  connectAnew()
}

export const connectAnew = (): void => {
  clearTimeout(again)
  lastLook = null
  socket.disconnect()
  tell({ kind: 'forget' })
  socket.connect()
}

interface ConnectFault extends Error {
  readonly data?: { readonly code?: string; readonly message?: string }
}

const listen = (): void => {
  let isStopping = false
  let isRefused = false
  socket.on('hello', (hello) => {
    isStopping = false
    isRefused = false
    tell({ kind: 'hello', hello, localMs: Date.now() })
    lookAgain()
  })
  socket.on('summary', (summary) => tell({ kind: 'summary', summary, localMs: Date.now() }))
  socket.on('changed', (changed) => tell({ kind: 'changed', changed, localMs: Date.now() }))
  socket.on('audit', (lines) => tell({ kind: 'audit', lines }))
  socket.on('moves', tellMoves)
  socket.on('draining', () => {
    isStopping = true
    away(true)
  })
  socket.on('refused', ({ code, message }) => {
    isRefused = isTokenCode(code)
    if (isRefused) refused(code, message)
  })
  socket.on('disconnect', () => {
    if (isRefused) return
    away(isStopping)
    if (!socket.active) connectLater()
  })
  socket.on('connect_error', (fault: ConnectFault) => {
    const { code = '', message = fault.message } = fault.data ?? {}
    if (isTokenCode(code) && code !== 'token-not-yet-valid') return refused(code, message)
    away(isStopping)
    if (!socket.active) connectLater()
  })
}

export const startFeed = (): void => {
  listen()
  socket.connect()
  setInterval(refreshIfStale, REFRESH_MS)
  // What is picked on the map is in its address as well, and nothing that the hub must be asked for.
  const wanted = computed(() => JSON.stringify(lookOf(view.value)))
  effect(() => {
    wanted.value
    lookAgain()
  })
}

/** Those who watch, as the page does it (hub/page/state/feed.ts): each looks at one view, and looks again every two seconds if its list may have gained or lost rows. Plain socket.io-clients: what they cost is not the hub's. */
import { once } from 'node:events'
import { io, type Socket } from 'socket.io-client'
import type { Look, Shown } from '../../shared/watch.ts'
import { within } from './within.ts'

const REFRESH_MS = 2000
const OPENING_LIMIT_MS = 20_000

/** One of each kind of view, and of lists several: of these the hub makes nothing once for all. */
const LOOKS: readonly Look[] = [
  { view: 'now' },
  { view: 'map' },
  { view: 'orders', filter: {} },
  { view: 'orders', filter: { state: 'in-transit' } },
  { view: 'order', store: 'store-0', orderId: 'order-1' },
  { view: 'queues' },
  { view: 'queues', onlyTrouble: true },
  { view: 'queue', participant: 'vendor/store-0/main', place: 'queue' },
  { view: 'dead-letters' },
  { view: 'system' },
]

export interface Heard {
  looks: number
  changes: number
  moves: number
  refusals: number
}

const watch = async (url: string, look: Look, heard: Heard): Promise<() => void> => {
  const socket: Socket = io(`${url}/watch`, { transports: ['websocket'], forceNew: true })
  let isStale = false
  const lookNow = (): Promise<void> =>
    new Promise((resolve) => {
      socket.emit('look', look, (shown: Shown) => {
        heard.looks += 1
        isStale = false
        if (!shown.ok) heard.refusals += 1
        resolve()
      })
    })
  socket.on('moves', () => {
    heard.moves += 1
  })
  socket.on('changed', (changed) => {
    heard.changes += 1
    isStale ||= changed.isStale === true
  })
  await once(socket as never, 'hello')
  await lookNow()
  const timer = setInterval(() => void (isStale && lookNow()), REFRESH_MS)
  return () => {
    clearInterval(timer)
    socket.disconnect()
  }
}

export interface Watchers {
  /** What they have heard since the last call. */
  take(): Heard
  close(): void
}

const noneHeard = (): Heard => ({ looks: 0, changes: 0, moves: 0, refusals: 0 })

/** Resolves when all of them see something. */
export const openWatchers = async (url: string, count: number): Promise<Watchers> => {
  const heard = noneHeard()
  const opening = Array.from({ length: count }, (_, index) => watch(url, LOOKS[index % LOOKS.length]!, heard))
  const closes = await within(Promise.all(opening), OPENING_LIMIT_MS, 'all pages to show something')
  return {
    take: () => {
      const taken = { ...heard }
      Object.assign(heard, noneHeard())
      return taken
    },
    close: () => {
      for (const close of closes) close()
    },
  }
}

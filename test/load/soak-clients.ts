/**
 * The client process of `soak`: a steady mixture of everything that leaves something behind, in the hub or in the link. Orders live their whole life; handlers fail once or always, so that there are
 * retries and dead letters; connections break; participants come and go, some with a word and some without; pickups are repeated. What it keeps itself is bounded.
 */
import { memoryUsage } from 'node:process'
import type { Socket } from 'socket.io-client'
import { connectHubWith } from '../../shared/link/connect-hub.ts'
import { socketOpener } from '../../shared/link/hub-socket.ts'
import type { HandedEvent, Link, LinkOptions } from '../../shared/link/index.ts'
import { serveFunctions } from './worker.ts'

/** Of orders, by their number. */
const FAILS_ONCE_IN = 10
const FAILS_ALWAYS_IN = 40
const REJECTED_IN = 25
const REPEATED_IN = 20
const TILLS_PER_STORE = 2
const DRIVERS = 6
const BLINKERS = 4
/** The blinkers' store, which has few orders: a link keeps the newest 100,000 events that it handled on a connection that broke, and would take hours to have them. */
const QUIET_STORE = 'quiet'
const GUEST_STAYS_MS = 3000
const PERIODS_MS = {
  blink: 500,
  quietOrder: 2000,
  guest: 500,
  guestDriver: 2000,
  position: 200,
  track: 200,
} as const

const counts = {
  orders: 0,
  delivered: 0,
  handled: 0,
  failedHandlers: 0,
  breaks: 0,
  guests: 0,
  left: 0,
  tracked: 0,
  errors: 0,
}

const count = (what: keyof typeof counts) => () => {
  counts[what] += 1
}

const numberOf = ({ payload }: HandedEvent): number => Number(payload.orderId.split('-').at(-1))

/** A link whose connection can be broken from outside, as a network would. */
const breakableLink = async (options: LinkOptions & { url: string }) => {
  const open = socketOpener(options.url)
  let current: Socket | null = null
  const link = await connectHubWith(options, {
    openSocket: (handshake) => {
      const socket = open(handshake)
      current = socket as unknown as Socket
      return socket
    },
  })
  return { link, cut: () => void current?.io.engine?.close() }
}

const takeOrFail = (event: HandedEvent): void => {
  const number = numberOf(event)
  const fails = number % FAILS_ALWAYS_IN === 0 || (number % FAILS_ONCE_IN === 0 && event.attempt === 1)
  if (!fails || event.event === 'in-transit') return count('handled')()
  count('failedHandlers')()
  throw new Error('it fails on purpose')
}

const listen = (link: Link): Link => {
  link.on('in-transit', takeOrFail)
  link.on('delivered', takeOrFail)
  link.onPosition(() => {})
  return link
}

const carry = (link: Link): Link => {
  const drive = async ({ payload: { store, orderId } }: HandedEvent) => {
    await link.publish('in-transit', { store, orderId })
    await link.publish('delivered', { store, orderId })
    counts.delivered += 1
  }
  link.on('pickup', (event) => {
    if (event.attempt === 1 && numberOf(event) % REJECTED_IN === 0) throw new Error('ask somebody else')
    drive(event).catch(count('errors'))
  })
  return link
}

const range = (length: number): number[] => Array.from({ length }, (_, index) => index)

interface Load {
  readonly url: string
  readonly stores: readonly string[]
  readonly ordersPerSecond: number
  /** Tells one run's ids from another's. */
  readonly run: string
}

const orderOf = (store: string, { run }: Load) => {
  counts.orders += 1
  const orderId = `${run}-${counts.orders}`
  return { store, orderId, customer: 'Ada Lovelace', address: '12 St James Square, London' }
}

const every = (periodMs: number, run: () => unknown): void => void setInterval(run, periodMs)

const publishOrders = (tills: readonly { store: string; link: Link }[], load: Load): void =>
  every(1000 / load.ordersPerSecond, () => {
    const { store, link } = tills[counts.orders % tills.length]!
    const order = orderOf(store, load)
    link.publish('pickup', order).catch(count('errors'))
    if (counts.orders % REPEATED_IN === 0) link.publish('pickup', order).catch(count('errors'))
  })

const openDrivers = ({ url }: Load): Promise<Link[]> =>
  Promise.all(
    range(DRIVERS).map(async (index) => {
      const options = { url, role: 'driver', id: `driver-${index}`, capacity: 200 } as const
      return carry((await breakableLink(options)).link)
    }),
  )

const openTills = ({ url, stores }: Load) =>
  Promise.all(
    stores.flatMap((store) =>
      range(TILLS_PER_STORE).map(async (index) => {
        const { link } = await breakableLink({ url, role: 'vendor', store, id: `till-${index}` })
        return { store, link: listen(link) }
      }),
    ),
  )

/** Tills whose connections break again and again. */
const openBlinkers = async (load: Load): Promise<void> => {
  const { url } = load
  const blinkers = await Promise.all(
    range(BLINKERS).map(async (index) => {
      const options = { url, role: 'vendor', store: QUIET_STORE, id: `blinker-${index}` } as const
      const blinker = await breakableLink(options)
      listen(blinker.link)
      return blinker
    }),
  )
  every(PERIODS_MS.blink, () => {
    counts.breaks += 1
    blinkers[counts.breaks % blinkers.length]!.cut()
  })
  every(PERIODS_MS.quietOrder, () => {
    blinkers[0]!.link.publish('pickup', orderOf(QUIET_STORE, load)).catch(count('errors'))
  })
}

/** Comes, stays a little, and goes: every other one says so, the others' sessions expire. */
const visit = async (link: Link): Promise<void> => {
  counts.guests += 1
  const saysSo = counts.guests % 2 === 0
  await new Promise((resolve) => setTimeout(resolve, GUEST_STAYS_MS))
  // A driver with a parcel on board may not leave: it just goes.
  if (saysSo) await link.leave().then(count('left'), () => {})
  await link.close({ drain: true })
}

const inviteGuests = ({ url, stores }: Load): void => {
  every(PERIODS_MS.guest, async () => {
    const store = stores[counts.guests % stores.length]!
    const { link } = await breakableLink({ url, role: 'vendor', store, id: `guest-${counts.guests}` })
    await visit(listen(link)).catch(count('errors'))
  })
  every(PERIODS_MS.guestDriver, async () => {
    const { link } = await breakableLink({ url, role: 'driver', id: `guest-${counts.guests}` })
    await visit(carry(link)).catch(count('errors'))
  })
}

const functions = {
  start: async (load: Load): Promise<void> => {
    const [tills, drivers] = await Promise.all([openTills(load), openDrivers(load), openBlinkers(load)])
    inviteGuests(load)
    publishOrders(tills, load)
    every(PERIODS_MS.position, () => {
      for (const driver of drivers) driver.position({ lat: 52, lng: 13 })
    })
    every(PERIODS_MS.track, () => {
      const { link } = tills[counts.tracked % tills.length]!
      // Most are removed by then, or of another store.
      link.track(`${load.run}-${counts.orders}`).then(count('tracked'), count('tracked'))
    })
  },

  /** After garbage was collected; bytes. */
  look: async (_: object) => {
    globalThis.gc?.()
    await new Promise((resolve) => setImmediate(resolve))
    globalThis.gc?.()
    const { rss, heapUsed } = memoryUsage()
    return { rss, heapUsed, counts: { ...counts } }
  },
}

export type SoakClients = typeof functions

serveFunctions(functions)

/** A client process with a whole company: tills of stores that order at a rate, and drivers who carry at once and tell where they are. So that the map has something to show, orders say where they come from and go to. */
import { placeOf } from '../../driver/route.ts'
import type { Link } from '../../shared/link/index.ts'
import type { Order, Position } from '../../shared/messages.ts'
import { TOWN_RADIUS_KM } from '../../shared/town.ts'
import { atRate, carryAtOnce, connectedLink, openAll, Stopwatch, takeNotice } from './participants.ts'
import { serveFunctions } from './worker.ts'

export interface CompanySettings {
  readonly url: string
  readonly stores: number
  readonly drivers: number
  /** Orders that may be on their way to the hub: above it the machine is at its limit, and none are made. */
  readonly mostUnconfirmed: number
  /** How long a driver keeps a parcel before it tells that it is in transit, and again before it has delivered it. 0: at once. */
  readonly wayMs: number
}

const POSITION_PERIOD_MS = 500
/** Of a driver around its place. */
const ROUND_MS = 60_000
const DEGREES = TOWN_RADIUS_KM / 111.2 / 3

const stopwatch = new Stopwatch()
const tills: { readonly store: string; readonly link: Link }[] = []
const drivers: { readonly id: string; readonly link: Link }[] = []
let mostUnconfirmed = 0
let unconfirmed = 0
let made = 0

const range = (length: number): number[] => Array.from({ length }, (_, index) => index)

const orderOf = (store: string): Order => {
  made += 1
  const orderId = `order-${made}`
  return {
    store,
    orderId,
    customer: 'Ada Lovelace',
    address: '12 St James Square, London',
    details: { from: { ...placeOf(store) }, to: { ...placeOf(orderId) } },
  }
}

const publishNext = (index: number): void => {
  if (unconfirmed >= mostUnconfirmed) return
  const { store, link } = tills[index % tills.length]!
  unconfirmed += 1
  link
    .publish('pickup', orderOf(store))
    .catch(() => {})
    .finally(() => {
      unconfirmed -= 1
    })
}

const placeAt = (id: string, nowMs: number): Position => {
  const { lat, lng } = placeOf(id)
  const angle = (nowMs / ROUND_MS) * 2 * Math.PI + lat * 1000
  return { lat: lat + Math.sin(angle) * DEGREES, lng: lng + Math.cos(angle) * DEGREES }
}

const tellPlaces = (): void => {
  const nowMs = Date.now()
  for (const { id, link } of drivers) link.position(placeAt(id, nowMs))
}

const later = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms))

/** As `carryAtOnce`, in a time: so many parcels are under way as the rate and the time make it. */
const carryInTime = (link: Link, wayMs: number): void => {
  link.on('pickup', ({ payload: { store, orderId } }) => {
    const carry = async (): Promise<void> => {
      await later(wayMs)
      await link.publish('in-transit', { store, orderId })
      await later(wayMs)
      await link.publish('delivered', { store, orderId })
    }
    // What is under way when everything ends is none of this program's business.
    carry().catch(() => {})
  })
}

const openDriver = async (url: string, id: string, wayMs: number): Promise<void> => {
  const link = await connectedLink({ url, role: 'driver', id, capacity: 10_000 }, (opened) =>
    wayMs > 0 ? carryInTime(opened, wayMs) : carryAtOnce(opened, { stopwatch, details: {} }),
  )
  drivers.push({ id, link })
}

const functions = {
  /** One till a store. Drivers tell their places from then on. */
  open: async (settings: CompanySettings): Promise<void> => {
    const { url, wayMs } = settings
    mostUnconfirmed = settings.mostUnconfirmed
    await openAll(range(settings.stores), async (index) => {
      const store = `store-${index}`
      const link = await connectedLink({ url, role: 'vendor', store }, (opened) =>
        takeNotice(opened, stopwatch),
      )
      tills.push({ store, link })
    })
    await openAll(range(settings.drivers), (index) => openDriver(url, `driver-${index}`, wayMs))
    setInterval(tellPlaces, POSITION_PERIOD_MS)
  },

  /** Participants that are known, and away: what their stores order is owed to them. */
  openAway: async ({ url, stores }: { url: string; stores: number }): Promise<void> => {
    await openAll(range(stores), async (index) => {
      const link = await connectedLink({ url, role: 'vendor', store: `store-${index}`, id: 'away' }, () => {})
      await link.close()
    })
  },

  /** Orders at a rate, over all stores in turn, until the process ends or the time is over. Answers at once. */
  begin: ({ perSecond, durationMs }: { perSecond: number; durationMs: number }): void => {
    void atRate(perSecond, durationMs, publishNext)
  },

  /** Orders made so far. */
  made: (_: object): number => made,
}

export type CompanyClients = typeof functions

serveFunctions(functions)

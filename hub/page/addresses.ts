/**
 * Every view has an address, with its filters in it, so that it can be sent, kept and gone back to. Both ways are here; what an address says that no view understands is left out, and an address of no view is `unknown`. The hub
 * gives the page at the addresses of hub/http/pages.ts. Pure.
 */
import { isId } from '../../shared/ids.ts'
import type { OrderState } from '../../shared/protocol.ts'
import type { EntryRow, Look, OrderFilter } from '../../shared/watch.ts'

export type Span = 'minute' | 'hour'

/** What is picked on the map. */
export type Picked =
  | { readonly kind: 'driver'; readonly id: string }
  | { readonly kind: 'store'; readonly id: string }
  | { readonly kind: 'order'; readonly id: string }

export type View =
  | { readonly name: 'now'; readonly span: Span }
  | { readonly name: 'map'; readonly picked: Picked | null }
  | { readonly name: 'orders'; readonly filter: OrderFilter; readonly after: string | null }
  | { readonly name: 'order'; readonly store: string; readonly orderId: string }
  | {
      readonly name: 'queues'
      readonly onlyTrouble: boolean
      readonly search: string
      readonly after: string | null
    }
  | {
      readonly name: 'queue'
      readonly participant: string
      readonly place: EntryRow['place']
      readonly after: string | null
    }
  | { readonly name: 'dead-letters'; readonly participant: string; readonly after: string | null }
  | { readonly name: 'system'; readonly span: Span }
  | { readonly name: 'unknown' }

const STATES: readonly OrderState[] = ['waiting', 'assigned', 'in-transit', 'delivered']
const PLACES: readonly EntryRow['place'][] = ['queue', 'retry', 'dead']

const oneOf = <T extends string>(values: readonly T[], text: string | null): T | undefined =>
  values.find((value) => value === text)

/** ISO 8601 in the address: milliseconds say nothing to whoever reads it. */
const timeIn = (query: URLSearchParams, name: string): number | undefined => {
  const timeMs = Date.parse(query.get(name) ?? '')
  return Number.isNaN(timeMs) ? undefined : timeMs
}

const textIn = (query: URLSearchParams, name: string): string | undefined =>
  query.get(name)?.trim().slice(0, 200) || undefined

/** Without the members that are undefined: `exactOptionalPropertyTypes`. */
const present = <T extends object>(members: { [K in keyof T]: T[K] | undefined }): T =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T

const filterIn = (query: URLSearchParams): OrderFilter =>
  present<OrderFilter>({
    search: textIn(query, 'search'),
    store: textIn(query, 'store'),
    driver: textIn(query, 'driver'),
    state: oneOf(STATES, query.get('state')),
    fromMs: timeIn(query, 'from'),
    toMs: timeIn(query, 'to'),
  })

const pickedIn = (query: URLSearchParams): Picked | null => {
  for (const kind of ['driver', 'store', 'order'] as const) {
    const id = textIn(query, kind)
    if (id !== undefined) return { kind, id }
  }
  return null
}

const spanIn = (query: URLSearchParams): Span => (query.get('span') === 'hour' ? 'hour' : 'minute')

const isParticipant = ([role = '', ...names]: readonly string[]): boolean =>
  role === 'fleet'
    ? names.length === 0
    : names.every(isId) && names.length === { vendor: 2, driver: 1 }[role as 'vendor' | 'driver']

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return ''
  }
}

const UNKNOWN: View = { name: 'unknown' }

const deepView = ([first, ...rest]: readonly string[], query: URLSearchParams): View => {
  const after = query.get('after')
  if (first === 'orders' && rest.length === 2 && rest.every(isId))
    return { name: 'order', store: rest[0]!, orderId: rest[1]! }
  if (first === 'queues' && isParticipant(rest))
    return {
      name: 'queue',
      participant: rest.join('/'),
      place: oneOf(PLACES, query.get('place')) ?? 'queue',
      after,
    }
  return UNKNOWN
}

export const viewOf = (pathname: string, search: string): View => {
  const query = new URLSearchParams(search)
  const after = query.get('after')
  const segments = pathname.split('/').slice(1).map(decoded)
  if (segments.length > 1) return deepView(segments, query)
  switch (segments[0]) {
    case '':
      return { name: 'now', span: spanIn(query) }
    case 'map':
      return { name: 'map', picked: pickedIn(query) }
    case 'orders':
      return { name: 'orders', filter: filterIn(query), after }
    case 'queues':
      return {
        name: 'queues',
        onlyTrouble: query.get('trouble') === '1',
        search: textIn(query, 'search') ?? '',
        after,
      }
    case 'dead-letters':
      return { name: 'dead-letters', participant: textIn(query, 'participant') ?? '', after }
    case 'system':
      return { name: 'system', span: spanIn(query) }
    default:
      return UNKNOWN
  }
}

/** @returns the path, and the query if it has something to say */
const address = (path: string, members: Readonly<Record<string, string | null | undefined>> = {}): string => {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(members)) if (value) query.set(name, value)
  // Both are allowed in a query as they are, and easier to read.
  const text = query.toString().replaceAll('%2F', '/').replaceAll('%3A', ':')
  return text === '' ? path : `${path}?${text}`
}

const isoOf = (timeMs: number | undefined): string | undefined =>
  timeMs === undefined ? undefined : new Date(timeMs).toISOString().replace(/(?::00)?\.000Z$/, 'Z')

export const addressOf = (view: View): string => {
  switch (view.name) {
    case 'now':
      return address('/', { span: view.span === 'hour' ? 'hour' : null })
    case 'map':
      return address('/map', view.picked === null ? {} : { [view.picked.kind]: view.picked.id })
    case 'orders': {
      const { fromMs, toMs, ...filter } = view.filter
      return address('/orders', { ...filter, from: isoOf(fromMs), to: isoOf(toMs), after: view.after })
    }
    case 'order':
      return address(`/orders/${view.store}/${view.orderId}`)
    case 'queues':
      return address('/queues', {
        trouble: view.onlyTrouble ? '1' : null,
        search: view.search,
        after: view.after,
      })
    case 'queue':
      return address(`/queues/${view.participant}`, {
        place: view.place === 'queue' ? null : view.place,
        after: view.after,
      })
    case 'dead-letters':
      return address('/dead-letters', { participant: view.participant, after: view.after })
    case 'system':
      return address('/system', { span: view.span === 'hour' ? 'hour' : null })
    case 'unknown':
      return '/'
    default:
      return view satisfies never
  }
}

const page = (after: string | null): { readonly after?: string } => (after === null ? {} : { after })

/** What the hub is asked for, so that the view can be shown; null if it needs nothing. */
export const lookOf = (view: View): Look | null => {
  switch (view.name) {
    case 'now':
    case 'map':
    case 'system':
      return { view: view.name }
    case 'orders':
      return { view: 'orders', filter: view.filter, ...page(view.after) }
    case 'order':
      return { view: 'order', store: view.store, orderId: view.orderId }
    case 'queues':
      return {
        view: 'queues',
        ...(view.onlyTrouble && { onlyTrouble: true }),
        ...(view.search !== '' && { search: view.search }),
        ...page(view.after),
      }
    case 'queue':
      return { view: 'queue', participant: view.participant, place: view.place, ...page(view.after) }
    case 'dead-letters':
      return {
        view: 'dead-letters',
        ...(view.participant !== '' && { participant: view.participant }),
        ...page(view.after),
      }
    case 'unknown':
      return null
    default:
      return view satisfies never
  }
}

export const queueView = (participant: string, place: EntryRow['place'] = 'queue'): View => ({
  name: 'queue',
  participant,
  place,
  after: null,
})

export const orderView = (key: string): View => {
  const [store = '', orderId = ''] = key.split('/')
  return { name: 'order', store, orderId }
}

export const ordersView = (filter: OrderFilter = {}): View => ({ name: 'orders', filter, after: null })

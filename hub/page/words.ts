/** What the hub says in names, said in words. Every name has some: what the hub's next version adds is shown as it is. Pure. */
import type { EventName, HistoryItem, OrderState } from '../../shared/protocol.ts'
import {
  EVERYBODY,
  type OrderRow,
  type QueueRow,
  type Trouble,
  type TroubleKind,
} from '../../shared/watch.ts'
import { orderView, queueView, type View } from './addresses.ts'
import { bytes, counted, milliseconds } from './formats.ts'

export type Tone = 'good' | 'calm' | 'active' | 'warning' | 'bad'

export const STATE_WORDS: Readonly<Record<OrderState, string>> = {
  waiting: 'Waiting',
  assigned: 'Assigned',
  'in-transit': 'In transit',
  delivered: 'Delivered',
}

export const EVENT_WORDS: Readonly<Record<EventName, string>> = {
  pickup: 'Pickup',
  'in-transit': 'In transit',
  delivered: 'Delivered',
}

/** `driver/7` is `7`, `vendor/flowers/main` is `flowers`, another till of it `flowers · till-2`. */
export const participantWords = (participant: string): string => {
  const [role = '', first = '', second = ''] = participant.split('/')
  if (role === 'driver') return first
  if (role === 'vendor') return second === 'main' ? first : `${first} · ${second}`
  if (participant === EVERYBODY) return 'all participants'
  return role === 'fleet' ? 'Fleet (waiting pickups)' : participant
}

export const roleWords = (participant: string): string =>
  ({ driver: 'Driver', vendor: 'Store', fleet: 'All drivers' })[participant.split('/')[0] ?? ''] ?? ''

interface TroubleText {
  readonly title: string
  readonly advice: string
  readonly tone: 'warning' | 'bad'
}

const TROUBLES: Readonly<Record<TroubleKind, (trouble: Trouble) => TroubleText>> = {
  'away-with-events': ({ count = 0 }) => ({
    title: `away with ${counted(count, 'event')} queued`,
    advice: 'Start it again: its queue drains by itself.',
    tone: 'bad',
  }),
  'old-event': () => ({
    title: 'oldest event not acknowledged',
    advice: 'Look what holds it up.',
    tone: 'warning',
  }),
  'dead-letters': ({ count = 0 }) => ({
    title: counted(count, 'dead letter'),
    advice: 'Find out why, then replay or drop them.',
    tone: 'bad',
  }),
  'silent-driver': ({ count = 0 }) => ({
    title: `silent with ${counted(count, 'parcel')} on board`,
    advice: 'Call the driver: a parcel in transit stays with it.',
    tone: 'bad',
  }),
  // Since when is known only of what somebody has done.
  paused: ({ sinceMs }) =>
    sinceMs === undefined
      ? {
          title: 'stopped: too many of its events failed',
          advice: 'Find out why its handler fails; it goes on by itself.',
          tone: 'bad',
        }
      : {
          title: 'paused by an operator',
          advice: 'Resume delivery when it may go on.',
          tone: 'warning',
        },
  'disk-low': ({ value }) => ({
    title: `The disk is nearly full${value === undefined ? '' : `: ${bytes(value)} left`}`,
    advice: 'Make room: until then pickups are refused.',
    tone: 'bad',
  }),
  'slow-disk': ({ value }) => ({
    title: `The disk is slow${value === undefined ? '' : `: ${milliseconds(value)} a sync`}`,
    advice: 'Every confirmation waits for it.',
    tone: 'warning',
  }),
  'slow-hub': ({ value }) => ({
    title: `The hub is busy${value === undefined ? '' : `: ${milliseconds(value)} a turn`}`,
    advice: 'Everything waits for the same core.',
    tone: 'warning',
  }),
}

export const troubleText = (trouble: Trouble): TroubleText =>
  TROUBLES[trouble.kind]?.(trouble) ?? { title: trouble.kind, advice: '', tone: 'warning' }

/** Where to see more of a trouble. */
export const troubleView = ({ kind, participant, order }: Trouble): View => {
  if (kind === 'dead-letters' && participant !== undefined) return queueView(participant, 'dead')
  if (kind === 'silent-driver' && participant !== undefined)
    return { name: 'map', picked: { kind: 'driver', id: participant.split('/')[1] ?? participant } }
  if (participant !== undefined) return queueView(participant)
  return order === undefined ? { name: 'system', span: 'minute' } : orderView(order)
}

interface HopText {
  readonly title: string
  readonly tone: Tone
}

const hop = (title: string, tone: Tone = 'calm'): HopText => ({ title, tone })

/** Stands in a title for the participant that it is about. */
export const WHO = '{who}'

/** What happened, to whoever runs the hub. */
export const historyText = ({ what, participant, event }: HistoryItem): HopText => {
  const about = event === undefined ? 'it' : `“${EVENT_WORDS[event] ?? event}”`
  switch (what) {
    case 'pickup':
      return hop(
        participant === undefined ? 'Pickup sent and on disk' : `Pickup sent by ${WHO}, on disk`,
        'active',
      )
    case 'leased':
      return hop(`Offered to ${WHO}`)
    case 'assigned':
      return hop(`Assigned to ${WHO}`, 'active')
    case 'in-transit':
      return hop(participant === undefined ? 'In transit' : `In transit with ${WHO}`, 'active')
    case 'delivered':
      return hop(participant === undefined ? 'Delivered' : `Delivered by ${WHO}`, 'good')
    case 'acknowledged':
      return hop(`${WHO} acknowledged ${about}`)
    case 'rejected':
      return hop(`${WHO} rejected ${about}`, 'warning')
    case 'not-acknowledged':
      return hop(`${WHO} did not acknowledge ${about} in time`, 'warning')
    case 'driver-away':
      return hop(`${WHO} was away: others are asked`, 'warning')
    case 'assignment-expired':
      return hop(`No progress from ${WHO}: others are asked`, 'warning')
    case 'released':
      return hop(`${WHO} gave the order back`, 'warning')
    case 'dead-letter':
      return hop(`${about} became a dead letter of ${WHO}`, 'bad')
    case 'replayed':
      return hop(`${about} was replayed to ${WHO}`)
    case 'dropped':
      return hop(`${about} was dropped for ${WHO}`, 'warning')
    case 'erased':
      return hop('Personal data was erased')
    default:
      return hop(what satisfies never)
  }
}

export const stateTone = (state: OrderState): Tone =>
  (({ waiting: 'calm', assigned: 'active', 'in-transit': 'active', delivered: 'good' }) as const)[state]

const fleetText = (depth: number, deadLetters: number): HopText => {
  if (depth > 0) return hop('Waiting', 'active')
  return deadLetters > 0 ? hop('Given up', 'bad') : hop('Empty', 'good')
}

/** The state of a queue, in one word and a tone. */
export const queueText = ({ paused, connected, depth, deadLetters, participant }: QueueRow): HopText => {
  if (paused) return hop('Paused', 'warning')
  if (participant === 'fleet') return fleetText(depth, deadLetters)
  if (!connected) return depth > 0 || deadLetters > 0 ? hop('Away', 'bad') : hop('Away', 'calm')
  return hop('Connected', 'good')
}

/** How far an order is, for its customer. */
export const PROGRESS: readonly { readonly state: OrderState; readonly title: string }[] = [
  { state: 'waiting', title: 'Order received' },
  { state: 'assigned', title: 'Driver found' },
  { state: 'in-transit', title: 'On its way' },
  { state: 'delivered', title: 'Delivered' },
]

export const stepOf = ({ state }: Pick<OrderRow, 'state'>): number =>
  PROGRESS.findIndex((step) => step.state === state)

export const TRACKING_WORDS: Readonly<Record<OrderState, string>> = {
  waiting: 'The store has your order, and a driver is being found for it.',
  assigned: 'A driver is going to the store to fetch it.',
  'in-transit': 'The driver has it and is on the way to you.',
  delivered: 'It has been delivered.',
}

/** What a file of dead letters holds. */
export const exportedText = ({ letters, hasMore }: { letters: number; hasMore: boolean }): string =>
  hasMore
    ? `The first ${counted(letters, 'dead letter')} saved as JSON. There are more: narrow the list down, or read /api/dead-letters page by page.`
    : `${counted(letters, 'dead letter')} saved as JSON.`

/** What happened, to the order's customer; null for what is nobody's business but the company's. */
export const trackingText = ({ what }: HistoryItem): string | null => {
  switch (what) {
    case 'pickup':
      return 'The store sent the order'
    case 'assigned':
      return 'A driver took it'
    case 'in-transit':
      return 'The driver fetched it'
    case 'delivered':
      return 'Delivered'
    case 'assignment-expired':
    case 'released':
      return 'Another driver is being found'
    default:
      return null
  }
}

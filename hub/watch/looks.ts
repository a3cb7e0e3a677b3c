/**
 * Serves looks: reads what a page wants to see, and makes the screen that hears of changes from then on. What changes between the reading and its answer is not lost: a screen is told of it as soon as it is shown, from what was
 * noted meanwhile. Only so many looks are served at a time, and those who look take turns.
 */
import type { OrderKey, ParticipantId } from '../../shared/ids.ts'
import { orderKey } from '../../shared/ids.ts'
import type { Refused } from '../../shared/protocol.ts'
import { refusal } from '../../shared/refusal.ts'
import type { Course, Look, MapView, OrderRow, Shown } from '../../shared/watch.ts'
import type { Committed } from '../domain/work.ts'
import { Gate } from './gate.ts'
import type { Lists } from './ports.ts'
import { AmongHubsScreen } from './screens/among-hubs-screen.ts'
import { LettersScreen } from './screens/letters-screen.ts'
import { OrderScreen } from './screens/order-screen.ts'
import { OrdersScreen } from './screens/orders-screen.ts'
import { QueueScreen } from './screens/queue-screen.ts'
import { QueuesScreen } from './screens/queues-screen.ts'
import { type Interests, NOTHING, type Screen } from './screens/screen.ts'
import type { LiveRows } from './screens/shown-queues.ts'

const MOST_AT_A_TIME = 4

export interface LooksParts {
  readonly lists: Lists
  readonly live: LiveRows
  course(): Course
  /** The map for all who look at it. */
  readonly map: { look(): Promise<MapView>; readonly screen: Screen }
  now(): number
  onCommitted(listener: (committed: Committed) => void): () => void
}

export interface Looker {
  readonly connected: boolean
}

export interface Looked {
  readonly shown: Shown
  /** What hears of changes; null if nothing of it changes, or it is shared. */
  readonly screen: Screen | null
  readonly interests: Interests
}

const GONE = refusal('no-longer-connected', 'Whoever asked for this has gone.')
const UNKNOWN_ORDER = refusal('unknown-order', 'There is no such order, or no longer.')
const UNKNOWN_QUEUE = refusal('not-found', 'There is no such participant, or no longer.')

const refused = (shown: Refused): Looked => ({ shown, screen: null, interests: NOTHING })
const still = (shown: Shown): Looked => ({ shown, screen: null, interests: NOTHING })

const keysOf = (rows: readonly OrderRow[]): OrderKey[] => rows.map(({ key }) => key)

/** Groups that become durable while a page is read, which takes some milliseconds. */
const MOST_MISSED = 500

export class Looks {
  readonly #parts: LooksParts
  readonly #gate = new Gate(MOST_AT_A_TIME)

  constructor(parts: LooksParts) {
    this.#parts = parts
  }

  /**
   * @param who takes turns with the others that look; nothing is read for one that has gone while it waited
   * @param install called with the screen as soon as it is there, before anything else can happen
   */
  serve(who: Looker, look: Look, install: (looked: Looked) => void): Promise<Shown> {
    return this.#gate.run(who, async () => {
      if (!who.connected) return GONE
      const missed: Committed[] = []
      const forget = this.#parts.onCommitted((committed) => {
        missed.push(committed)
        if (missed.length > MOST_MISSED) missed.shift()
      })
      try {
        const looked = this.#amongHubs(await this.#read(look), look)
        tellMissed(looked, missed)
        install(looked)
        return looked.shown
      } finally {
        forget()
      }
    })
  }

  #amongHubs(looked: Looked, { view }: Look): Looked {
    const { live, now } = this.#parts
    if (looked.screen === null || !live.hasOthers) return looked
    return { ...looked, screen: new AmongHubsScreen(looked.screen, view, now()) }
  }

  #read(look: Look): Promise<Looked> {
    switch (look.view) {
      case 'now':
      case 'system':
        return Promise.resolve(still({ ok: true, view: look.view, course: this.#parts.course() }))
      case 'map':
        return this.#map()
      case 'orders':
        return this.#orders(look)
      case 'order':
        return this.#order(look)
      case 'queues':
        return this.#queues(look)
      case 'queue':
        return this.#queue(look)
      case 'dead-letters':
        return this.#letters(look)
      default:
        return look satisfies never
    }
  }

  async #map(): Promise<Looked> {
    return still({ ok: true, view: 'map', map: await this.#parts.map.look() })
  }

  async #orders(look: Extract<Look, { view: 'orders' }>): Promise<Looked> {
    const list = await this.#parts.lists.orders(look.filter, look.after ?? null)
    const orders = keysOf(list.rows)
    return {
      shown: { ok: true, view: 'orders', list },
      screen: new OrdersScreen(look, orders),
      interests: { orders, participants: [] },
    }
  }

  async #order({ store, orderId }: Extract<Look, { view: 'order' }>): Promise<Looked> {
    const found = await this.#parts.lists.order(store, orderId)
    if (found === null) return refused(UNKNOWN_ORDER)
    return {
      shown: { ok: true, view: 'order', found },
      screen: new OrderScreen(),
      interests: { orders: [orderKey(store, orderId)], participants: [] },
    }
  }

  async #queues({ onlyTrouble, search, after }: Extract<Look, { view: 'queues' }>): Promise<Looked> {
    const { lists, live, now } = this.#parts
    const list = await lists.queues({ onlyTrouble, search, after: after ?? null })
    return {
      shown: { ok: true, view: 'queues', list },
      screen: new QueuesScreen(list.rows, live, now),
      interests: { orders: [], participants: list.rows.map(({ participant }) => participant) },
    }
  }

  async #queue({ participant, place, after }: Extract<Look, { view: 'queue' }>): Promise<Looked> {
    const { lists, live, now } = this.#parts
    const found = await lists.queue(participant, place, after ?? null)
    if (found === null) return refused(UNKNOWN_QUEUE)
    return {
      shown: { ok: true, view: 'queue', ...found },
      screen: new QueueScreen({ queue: found.queue, place }, live, now),
      interests: { orders: [], participants: [participant as ParticipantId] },
    }
  }

  async #letters({ participant, after }: Extract<Look, { view: 'dead-letters' }>): Promise<Looked> {
    const list = await this.#parts.lists.deadLetters({ participant, after: after ?? null })
    return {
      shown: { ok: true, view: 'dead-letters', list },
      screen: new LettersScreen(participant),
      interests: NOTHING,
    }
  }
}

/** As the registry would have told it. */
const tellMissed = ({ screen, interests }: Looked, missed: readonly Committed[]): void => {
  if (screen === null) return
  const [orders, participants] = [new Set(interests.orders), new Set(interests.participants)]
  for (const committed of missed) {
    for (const record of committed.orders) if (orders.has(record.key)) screen.orderChanged(record)
    for (const change of committed.participantChanges)
      if (participants.has(change.key)) screen.participantChanged(change)
    screen.committed(committed)
  }
}

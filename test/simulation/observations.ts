/**
 * What can be seen of a world from outside, in the order in which it happened: what passes the hub's network card, when its disk has synced, and what handlers did. The checker knows nothing
 * else, the trace is made of it, and its hash is what two runs of a seed are compared by.
 */
import type { Order, Progress } from '../../shared/messages.ts'
import type { EventName, HandedEvent } from '../../shared/protocol.ts'

/** One connection, named by whoever made it. */
export interface Line {
  readonly participant: string
  readonly connection: string
}

export type Observation =
  /** Leaves an actor, and may never arrive. */
  | (Line & { readonly kind: 'sent'; readonly event: EventName; readonly payload: Order | Progress })
  /** Leaves the hub, as does the next one. */
  | (Line & {
      readonly kind: 'confirmed'
      readonly event: EventName
      readonly payload: Order | Progress
      readonly id: string
    })
  | (Line & {
      readonly kind: 'refused'
      readonly event: EventName
      readonly payload: Order | Progress
      readonly code: string
    })
  | (Line & {
      readonly kind: 'welcomed'
      readonly window: number
      readonly capacity: number | null
      readonly receives: boolean
    })
  | (Line & { readonly kind: 'handed'; readonly event: HandedEvent })
  /** The hub takes these answers as coming from somebody who is no longer there. */
  | (Line & { readonly kind: 'displaced' })
  /** Arrive at the hub. */
  | (Line & { readonly kind: 'acknowledged'; readonly entry: string })
  | (Line & { readonly kind: 'rejected'; readonly entry: string; readonly reason: string })
  | (Line & { readonly kind: 'released'; readonly store: string; readonly orderId: string })
  /** The hub has noticed that the connection is gone. */
  | (Line & { readonly kind: 'ended'; readonly reason: string })
  /** A handler has succeeded. `life` names the process. */
  | {
      readonly kind: 'handled'
      readonly participant: string
      readonly life: string
      readonly event: HandedEvent
    }
  /** Its process has ended, and nobody will ever start it again. */
  | { readonly kind: 'gone for good'; readonly participant: string }
  | { readonly kind: 'sync began' }
  | { readonly kind: 'sync ended' }
  | { readonly kind: 'hub ready' }
  /** Its process is gone, and with it all connections. */
  | { readonly kind: 'hub gone' }

export type Observe = (observation: Observation) => void

const orderOf = ({ store, orderId }: { store: string; orderId: string }): string => `${store}/${orderId}`

const eventText = ({ event, payload, entry, attempt, replay }: HandedEvent): string =>
  `${event} ${orderOf(payload)} as ${entry}${attempt > 1 ? ` (attempt ${attempt})` : ''}${replay ? ' (replay)' : ''}`

/** A line for people. */
export const textOf = (seen: Observation): string => {
  switch (seen.kind) {
    case 'sent':
      return `${seen.connection} sends ${seen.event} ${orderOf(seen.payload)}`
    case 'confirmed':
      return `hub confirms ${seen.event} ${orderOf(seen.payload)} (${seen.id}) to ${seen.connection}`
    case 'refused':
      return `hub refuses ${seen.event} ${orderOf(seen.payload)} from ${seen.connection}: ${seen.code}`
    case 'welcomed':
      return `hub welcomes ${seen.connection}, window ${seen.window}${seen.capacity === null ? '' : `, capacity ${seen.capacity}`}`
    case 'handed':
      return `hub hands ${seen.connection} ${eventText(seen.event)}`
    case 'displaced':
      return `hub tells ${seen.connection} that it is displaced`
    case 'acknowledged':
      return `hub hears ${seen.connection} acknowledge ${seen.entry}`
    case 'rejected':
      return `hub hears ${seen.connection} reject ${seen.entry}: ${seen.reason}`
    case 'released':
      return `hub hears ${seen.connection} release ${orderOf(seen)}`
    case 'ended':
      return `hub notices the end of ${seen.connection}: ${seen.reason}`
    case 'handled':
      return `${seen.life} has handled ${eventText(seen.event)}`
    case 'gone for good':
      return `${seen.participant} is gone for good`
    case 'sync began':
      return 'hub begins to sync'
    case 'sync ended':
      return 'hub has synced'
    case 'hub ready':
      return 'hub takes connections'
    case 'hub gone':
      return 'hub is gone'
    default:
      return seen satisfies never
  }
}

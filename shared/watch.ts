/**
 * Wire protocol of the namespace `/watch`, version 1, as types: what a page (or a script) hears of the hub, and what an operator may ask for. Nobody publishes or receives events here. Times are milliseconds since 1970 by the hub's
 * clock, sizes bytes, rates events a second. Whatever could be long is a page of a list: rows, and where the next page begins. docs/WATCH.md tells the same in words.
 */
import type { OrderKey, ParticipantId } from './ids.ts'
import type { EventName, HistoryItem, OrderState, Refused } from './protocol.ts'

export const WATCH_NAMESPACE = '/watch'

/** The first that a page hears. */
export interface Hello {
  readonly protocol: 1
  /** Of CAPS. */
  readonly version: string
  readonly nowMs: number
  readonly startedMs: number
  readonly role: 'observer' | 'operator'
  /** The only order that may be looked at; null if all may. */
  readonly order: OrderKey | null
  /** Effective configuration by the names of the flags, without secrets; empty for an observer of one order. */
  readonly settings: Readonly<Record<string, string | number | boolean | null>>
}

/** Once a second. */
export interface Summary {
  readonly nowMs: number
  readonly orders: {
    readonly waiting: number
    readonly assigned: number
    readonly inTransit: number
    /** Since midnight of the hub's time zone. */
    readonly deliveredToday: number
  }
  readonly flow: Flow
  /** From an event's acceptance to its acknowledgement, of those acknowledged in the last ten seconds; null without any. */
  readonly delays: { readonly p50Ms: number; readonly p99Ms: number } | null
  readonly connections: { readonly vendors: number; readonly drivers: number; readonly watchers: number }
  /** Worst first, the first twenty. */
  readonly troubles: readonly Trouble[]
  readonly troubleCount: number
  /** Of the hub that one watches at. */
  readonly system: System
  /** Of a company with several hubs, the one that one watches at first; none where there is one hub only. */
  readonly hubs: readonly HubRow[]
}

/** One hub of several. */
export interface HubRow {
  /** Its number. */
  readonly hub: number
  /** When it told this of itself. */
  readonly toldMs: number
  readonly in: number
  readonly out: number
  readonly vendors: number
  readonly drivers: number
  readonly watchers: number
  /** null until it has heard that somebody watches. */
  readonly system: System | null
}

/** Events a second over the last one, and entries as they are. */
export interface Flow {
  readonly in: number
  readonly out: number
  readonly acknowledged: number
  readonly redelivered: number
  /** Owed and not in flight. */
  readonly ready: number
  /** Handed over and not yet acknowledged. */
  readonly unacknowledged: number
}

/** What the charts show, oldest first: a minute by seconds, and an hour by ten seconds (rates are means then). */
export interface Course {
  readonly minute: readonly CoursePoint[]
  readonly hour: readonly CoursePoint[]
}

export interface CoursePoint extends Flow {
  readonly timeMs: number
}

export type TroubleKind =
  | 'away-with-events'
  | 'old-event'
  | 'dead-letters'
  | 'silent-driver'
  | 'paused'
  | 'disk-low'
  | 'slow-disk'
  | 'slow-hub'

export interface Trouble {
  readonly kind: TroubleKind
  readonly participant?: string
  readonly order?: OrderKey
  /** Events, dead letters or parcels. */
  readonly count?: number
  readonly sinceMs?: number
  /** Bytes that are free, milliseconds that a sync or a turn takes. */
  readonly value?: number
}

export interface System {
  /** Of the last second, in milliseconds. */
  readonly loopDelayP99Ms: number
  /** Writes of the last second; null without any. */
  readonly sync: { readonly p50Ms: number; readonly p99Ms: number; readonly meanGroup: number } | null
  readonly rssBytes: number
  readonly heapBytes: number
  /** Of one core. */
  readonly processorShare: number
  /** null where the system does not tell. */
  readonly diskFreeBytes: number | null
}

/** A row of the list of orders. */
export interface OrderRow {
  readonly key: OrderKey
  readonly store: string
  readonly orderId: string
  readonly customer: string
  readonly address: string
  readonly state: OrderState
  readonly driver: string | null
  readonly acceptedMs: number
  /** Of the newest thing that happened to it. */
  readonly changedMs: number
  /** Entries of it that are owed to anybody. */
  readonly owed: number
  readonly trouble: boolean
  /** Where it comes from and goes to, if its details tell. */
  readonly from?: Place
  readonly to?: Place
}

export interface Place {
  readonly lat: number
  readonly lng: number
}

/** One order with all that happened to it, oldest first. */
export interface OrderView {
  readonly order: OrderRow & { readonly details?: Readonly<Record<string, unknown>> }
  readonly history: readonly HistoryItem[]
  /** When it was on disk: what is shown here is; kept for the timeline's first hop. */
  readonly durable: true
}

/** A row of the list of queues: a participant, or `fleet`, whose queue holds the pickups that wait. */
export interface QueueRow {
  readonly participant: ParticipantId
  readonly connected: boolean
  /** Since when it is connected, or away; null if nobody knows. */
  readonly sinceMs: number | null
  /** Owed, dead letters not counted. */
  readonly depth: number
  /** When its oldest entry was accepted; null if it owes nothing. */
  readonly oldestMs: number | null
  /** null when only the hub that it is connected to knows, which is another one. */
  readonly inFlight: number | null
  /** Waiting for a retry. */
  readonly retrying: number
  readonly deadLetters: number
  /** Handed over more than once, since this hub started; null as `inFlight`. */
  readonly redelivered: number | null
  /** By an operator. */
  readonly paused: boolean
  /** Since when; null if it is not paused. */
  readonly pausedMs: number | null
  /** Orders that a driver holds; null as `inFlight`. */
  readonly carrying: number | null
  readonly trouble: boolean
}

/** An entry of a queue, of its retries or dead letters. */
export interface EntryRow {
  /** Names it in `act`. */
  readonly entry: string
  readonly participant: ParticipantId
  readonly place: 'queue' | 'retry' | 'dead'
  readonly event: EventName
  readonly order: OrderKey
  readonly eventMs: number
  readonly failures: readonly { readonly time: string; readonly reason: string }[]
  /** When it is due again, or became a dead letter. */
  readonly timeMs: number | null
}

export interface DriverRow extends Place {
  readonly driver: string
  readonly timeMs: number
  readonly connected: boolean
  readonly orders: readonly OrderKey[]
}

export interface OrderFilter {
  /** Beginning of an order id, or `<store>/<beginning>`. */
  readonly search?: string
  readonly store?: string
  readonly driver?: string
  readonly state?: OrderState
  /** Accepted at or after, and before. */
  readonly fromMs?: number
  readonly toMs?: number
}

/** What a page shows, and wants to hear changes of. Each look replaces the one before. */
export type Look =
  | { readonly view: 'now' }
  | { readonly view: 'system' }
  | { readonly view: 'map' }
  | { readonly view: 'orders'; readonly filter: OrderFilter; readonly after?: string }
  | { readonly view: 'order'; readonly store: string; readonly orderId: string }
  | {
      readonly view: 'queues'
      readonly onlyTrouble?: boolean
      readonly search?: string
      readonly after?: string
    }
  | {
      readonly view: 'queue'
      readonly participant: string
      readonly place: EntryRow['place']
      readonly after?: string
    }
  | { readonly view: 'dead-letters'; readonly participant?: string; readonly after?: string }

export interface List<Row> {
  readonly rows: readonly Row[]
  /** Pass it as `after`; null at the end. */
  readonly next: string | null
  /** The search has stopped early at its bound of work: there may be more behind `next` although these are few. */
  readonly partial?: true
}

/** Dead letters, with how many there are on all pages together. */
export interface LetterList extends List<EntryRow> {
  readonly count: number
}

export interface MapView {
  readonly drivers: readonly DriverRow[]
  /** Orders that have not ended and whose places are known, newest first, at most 500. */
  readonly orders: readonly OrderRow[]
  readonly stores: readonly (Place & { readonly store: string })[]
}

export type Shown =
  | { readonly ok: true; readonly view: 'now'; readonly course: Course }
  | { readonly ok: true; readonly view: 'system'; readonly course: Course }
  | { readonly ok: true; readonly view: 'map'; readonly map: MapView }
  | { readonly ok: true; readonly view: 'orders'; readonly list: List<OrderRow> }
  | { readonly ok: true; readonly view: 'order'; readonly found: OrderView }
  | { readonly ok: true; readonly view: 'queues'; readonly list: List<QueueRow> }
  | { readonly ok: true; readonly view: 'queue'; readonly queue: QueueRow; readonly list: List<EntryRow> }
  | { readonly ok: true; readonly view: 'dead-letters'; readonly list: LetterList }
  | Refused

/** What has changed of what a page shows, at most four times a second. */
export interface Changed {
  readonly view: Look['view']
  readonly orders?: readonly OrderRow[]
  readonly queues?: readonly QueueRow[]
  /** The order that is shown, as it is now. */
  readonly found?: OrderView
  /** Rows may have come or gone: look again to see them. */
  readonly isStale?: true
}

/** Drivers that have moved, five times a second at most, to pages that look at the map; may be lost. */
export type Moves = readonly (readonly [driver: string, lat: number, lng: number, timeMs: number])[]

export type Action =
  | { readonly action: 'pause' | 'resume'; readonly participant: string }
  | {
      readonly action: 'replay' | 'drop'
      /** `EVERYBODY`: all letters of all participants. */
      readonly participant: string
      /** Dead letters, by `entry`. */
      readonly entries: readonly string[] | 'all'
      /** With it `all` goes in steps: null is the first one, then the `next` of the answer before. Without it all are dealt with in one go. */
      readonly after?: string | null
    }

/** In place of a participant. */
export const EVERYBODY = 'all'

/** `done` counts; `next` is there for a step of all, and null after the last one. */
export type ActionReply =
  | { readonly ok: true; readonly done: number; readonly next?: string | null }
  | Refused

/** What an operator has done. */
export interface AuditLine {
  readonly timeMs: number
  readonly who: string
  readonly action: string
  readonly target: string
  /** Entries that it concerned. */
  readonly done: number
}

export interface WatcherToHub {
  look(look: Look, reply: (shown: Shown) => void): void
  act(action: Action, reply: (reply: ActionReply) => void): void
  token(token: string, reply: (receipt: { readonly ok: true; readonly id: string } | Refused) => void): void
}

export interface HubToWatcher {
  hello(hello: Hello): void
  summary(summary: Summary): void
  changed(changed: Changed): void
  moves(moves: Moves): void
  /** At first the newest fifty, oldest first, then each as it happens. */
  audit(lines: readonly AuditLine[]): void
  refused(refusal: { readonly code: string; readonly message: string }): void
  draining(nothing: Record<string, never>): void
}

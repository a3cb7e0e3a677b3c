/**
 * What the histories of a run are made of: one JSON array a line, time first. A participant has a file a process life, the run itself one, the audit one a store. Times are milliseconds
 * on the machine's monotonic clock, which all processes share, so that lines of different files can be compared. Only the last line of a file may be torn: its writer was killed.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'

export type EventName = 'pickup' | 'in-transit' | 'delivered'

/** One handover as it came off the wire. The sums tell contents apart: of the order's own fields, and of that event's details. */
export type Handed = readonly [
  entry: string,
  attempt: number,
  replay: 0 | 1,
  id: string,
  event: EventName,
  store: string,
  order: string,
  orderSum: string,
  detailsSum: string,
  driver: string | null,
]

/** `n` numbers the events that one life has published, `c` the connections that it had. */
export type ParticipantLine =
  | readonly [t: number, kind: 'started', participant: string, store: string | null, hears: boolean]
  /** For the participant's own next life; says nothing to the checker. */
  | readonly [t: number, kind: 'carry', state: unknown]
  /** Written before the event is given to the link. */
  | readonly [
      t: number,
      kind: 'sent',
      n: number,
      event: EventName,
      store: string,
      order: string,
      orderSum: string,
      detailsSum: string,
    ]
  | readonly [t: number, kind: 'confirmed', n: number, id: string, duplicate: 0 | 1]
  | readonly [t: number, kind: 'refused', event: EventName, store: string, order: string, code: string]
  /** Before the first byte of it leaves. */
  | readonly [t: number, kind: 'connecting', c: number]
  | readonly [t: number, kind: 'welcome', c: number, participant: string, window: number]
  | readonly [t: number, kind: 'ended', c: number, reason: string]
  | readonly [t: number, kind: 'handed', c: number, handovers: readonly Handed[]]
  | readonly [t: number, kind: 'handled' | 'failed', entry: string]
  /** What the link answered, as it left. */
  | readonly [t: number, kind: 'acknowledged' | 'rejected', c: number, entries: readonly string[]]
  /** A barrier: when it is answered, all that was sent on the connection before it was asked is synced. */
  | readonly [t: number, kind: 'asked' | 'answered', c: number, k: number]
  /** A driver is about to give an order back. */
  | readonly [t: number, kind: 'released', store: string, order: string]
  | readonly [t: number, kind: 'position', driver: string]
  | readonly [t: number, kind: 'trouble', what: string]

/** Hubs on a PostgreSQL. */
export interface ClusterPlan {
  readonly hubs: number
  readonly hasStandby: boolean
  /** Of a hub, from its database or from its clients. */
  readonly cuts: number
  /** Of the database, in good order or not. */
  readonly restarts: number
  /** Losses of the primary. */
  readonly failOvers: number
}

export interface Plan {
  readonly orders: number
  readonly kills: number
  readonly pauses: number
  readonly seed: number
  /** null: one hub, with its data in a folder. */
  readonly cluster: ClusterPlan | null
  readonly poison: boolean
  readonly deliveryLimit: number
  readonly ackTimeoutMs: number
}

export type RunLine =
  | readonly [t: number, kind: 'plan', plan: Plan]
  | readonly [t: number, kind: 'spawned' | 'killed' | 'continued', member: string]
  | readonly [t: number, kind: 'paused', member: string, ms: number]
  | readonly [t: number, kind: 'cut', how: string]
  | readonly [t: number, kind: 'hub-cut', member: string, from: string, how: string, ms: number]
  | readonly [t: number, kind: 'hub-back', member: string, from: string]
  | readonly [t: number, kind: 'database-hit' | 'database-back', what: string]
  /** A hub that found that it could not go on, which is its right when its database or its ownership is taken from it. */
  | readonly [t: number, kind: 'gave-up', member: string, how: string]
  | readonly [t: number, kind: 'faults-over']
  | readonly [t: number, kind: 'drained', afterMs: number]
  | readonly [t: number, kind: 'not-drained', why: string]
  /** Entries of sessions that expired in the hub's life that ended here. */
  | readonly [t: number, kind: 'expired', entries: number]
  | readonly [t: number, kind: 'trouble', what: string]

/** One thing of an order's history as the hub tells it. */
export type Happened = readonly [what: string, participant: string | null, event: string | null]

/** What the hub answered about one order when all was over; `state` is null for an order that it does not know. */
export type AuditLine = readonly [
  t: number,
  kind: 'tracked',
  store: string,
  order: string,
  state: string | null,
  driver: string | null,
  history: readonly Happened[],
]

export const nowMs = (): number => Number(process.hrtime.bigint() / 1000n) / 1000

/** Appends lines to a file; each is with the operating system when `write` returns, so that a killed process loses none. */
export class History<Line extends readonly [number, string, ...unknown[]]> {
  readonly #file: number

  constructor(path: string) {
    this.#file = openSync(path, 'a')
  }

  write(line: Line): void {
    writeSync(this.#file, `${JSON.stringify(line)}\n`)
  }

  close(): void {
    closeSync(this.#file)
  }
}

const CHUNK_BYTES = 1 << 20

/** The whole lines of a file; what follows the last line break was torn off. @throws SyntaxError for a line that is none */
export function* linesOf<Line>(path: string): Generator<Line> {
  const file = openSync(path, 'r')
  const buffer = Buffer.alloc(CHUNK_BYTES)
  const decoder = new StringDecoder('utf8')
  let rest = ''
  try {
    for (let length = readSync(file, buffer); length > 0; length = readSync(file, buffer)) {
      const texts = (rest + decoder.write(buffer.subarray(0, length))).split('\n')
      rest = texts.pop()!
      for (const text of texts) yield JSON.parse(text) as Line
    }
  } finally {
    closeSync(file)
  }
}

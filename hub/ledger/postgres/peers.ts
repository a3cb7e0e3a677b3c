/**
 * What a hub knows of the others, and does about those that are silent. Each hub gives a sign of life about once a second and looks at those of the others; how long one is silent is measured here, from what was seen, so that no clock of two machines is ever compared.
 *
 * heard -> quiet (its positions are taken from it, so that it holds up no reader) -> dead (fenced: it writes nothing any more, and what it had is adopted)
 */
import type { Clock } from '../../../shared/clock.ts'
import type { HubState } from '../hubs.ts'
import type { Said } from './bell-words.ts'
import type { Connection } from './connection.ts'
import type { Identity } from './hub-row.ts'

const QUIET_MS = 1500
/** The server has noticed that its connection has ended, and no other one has come. */
const GONE_MS = 3000
/** It has a connection, and is paused or cut off; or all have just lost theirs, and it waits for its next try (at most 5 s). */
const SILENT_MS = 8000
const SETTLED_MS = 20_000
/** Whoever looks less often has not seen the signs of life that came, or could not come, meanwhile. */
const UNSEEN_MS = 3000
/** What a hub does at once it does only so long after it has seen that it is not taken for dead. */
const FRESH_MS = 3000

export interface Peer {
  readonly hub: number
  readonly fence: number
  readonly isLive: boolean
  readonly free: number
  readonly capacity: number
  readonly waiting: number
}

interface Seen extends Peer {
  readonly told: number
  readonly beat: number
  readonly isConnected: boolean
  /** Has it drivers whose orders nobody looks after? */
  readonly isOrphaned: boolean
}

const BEAT = `WITH mine AS (UPDATE caps.beats SET beat = beat + 1, free = $2::int8, waiting = $3::int8, capacity = $4::int8 WHERE hub = $1::int8)
SELECT h.hub, h.fence, h.told, h.is_live, coalesce(b.beat, 0), coalesce(b.free, 0), coalesce(b.waiting, 0), coalesce(b.capacity, 0),
  EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.locktype = 'advisory' AND l.classid = 1667330163::oid AND l.objid = h.hub::int8::oid AND l.objsubid = 2 AND l.granted
    AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())),
  NOT h.is_live AND EXISTS (SELECT FROM caps.owners o WHERE o.hub = h.hub AND o.participant >= 'driver/' AND o.participant < 'driver0')
FROM caps.hubs h LEFT JOIN caps.beats b ON b.hub = h.hub ORDER BY h.hub`

/** It waits for what the hub is just writing. */
const SILENCE = `WITH quiet AS (UPDATE caps.hubs SET told = told + 1 WHERE hub = $1::int8 AND fence = $2::int8 RETURNING hub)
DELETE FROM caps.blocks USING quiet WHERE blocks.hub = quiet.hub`
const HAS_BLOCKS = 'SELECT EXISTS (SELECT FROM caps.blocks WHERE hub = $1::int8)'
const FENCE = `WITH dead AS (UPDATE caps.hubs SET fence = fence + 1, told = told + 1, is_live = false WHERE hub = $1::int8 AND fence = $2::int8 AND is_live RETURNING hub, alive_ms),
  blocks AS (DELETE FROM caps.blocks USING dead WHERE blocks.hub = dead.hub),
  shares AS (DELETE FROM caps.shares USING dead WHERE shares.hub = dead.hub),
  away AS (UPDATE caps.participants p SET version = version + 1, away_since_ms = dead.alive_ms FROM dead JOIN caps.owners o ON o.hub = dead.hub
    WHERE p.id = o.participant AND p.is_active AND p.away_since_ms IS NULL AND dead.alive_ms IS NOT NULL)
SELECT pg_terminate_backend(l.pid) FROM dead JOIN pg_catalog.pg_locks l ON l.locktype = 'advisory' AND l.classid = 1667330163::oid AND l.objid = dead.hub::int8::oid AND l.objsubid = 2 AND l.granted
  AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())`
/** Not from a hub that is just about to start under that number. */
const ADOPT = `WITH dead AS (SELECT hub FROM caps.hubs WHERE hub = $2::int8 AND NOT is_live FOR UPDATE)
UPDATE caps.owners SET hub = $1::int8 FROM dead WHERE owners.hub = dead.hub AND participant >= 'driver/' AND participant < 'driver0' RETURNING participant`

export interface Heard {
  /** Of this hub, as the database has it. */
  readonly told: number
  readonly fence: number
  /** Drivers of dead hubs, which are this one's now. */
  readonly adopted: readonly string[]
}

export class Peers {
  readonly #identity: Identity
  readonly #clock: Pick<Clock, 'now'>
  #all: readonly Peer[] = []
  readonly #heard = new Map<number, { beat: number; fence: number; sinceMs: number }>()
  #freshMs: number
  #beganMs: number
  #lookedMs: number
  #hasOthers: boolean

  /** @param hasOthers as long as nobody has looked */
  constructor(identity: Identity, clock: Pick<Clock, 'now'>, hasOthers: boolean) {
    this.#identity = identity
    this.#clock = clock
    this.#hasOthers = hasOthers
    this.#freshMs = clock.now()
    this.#beganMs = this.#freshMs
    this.#lookedMs = this.#freshMs
  }

  /** Is there another hub that is not known to be dead? */
  get hasOthers(): boolean {
    return this.#hasOthers
  }

  /** Does this hub do what one does at a time, because it is the first one? */
  get isFirst(): boolean {
    return !this.#all.some(({ hub, isLive }) => isLive && hub < this.#identity.hub)
  }

  /** The others that are alive. */
  get others(): readonly Peer[] {
    return this.#all.filter(({ hub, isLive }) => isLive && hub !== this.#identity.hub)
  }

  /** Numbers of others with pickups for which they have no driver, as far as anybody knows: also of those that are gone. */
  get withWaiting(): readonly number[] {
    const others = this.#all.filter(({ hub }) => hub !== this.#identity.hub)
    return others.flatMap(({ hub, isLive, free, waiting }) =>
      isLive && (free > 0 || waiting === 0) ? [] : [hub],
    )
  }

  /** Has this hub seen lately that nobody takes it for dead? */
  get isFresh(): boolean {
    return !this.#hasOthers || this.#clock.now() - this.#freshMs < FRESH_MS
  }

  /** Another hub has rung. */
  said({ hub, state }: Said): void {
    this.#all = this.#all.map((peer) => (peer.hub === hub && peer.isLive ? { ...peer, ...state } : peer))
  }

  /** Is this hub the one with most room, of those that are alive? Of equal ones the first. */
  hasMostRoom(free: number): boolean {
    const { hub } = this.#identity
    return (
      free > 0 && this.others.every((other) => other.free < free || (other.free === free && other.hub > hub))
    )
  }

  /** Gives a sign of life, and looks at the others. */
  async beat(connection: Connection, state: HubState): Promise<Heard> {
    const { hub } = this.#identity
    const beganMs = this.#clock.now()
    const seen = await this.#look(connection, state)
    this.#beginIfUnseen()
    const own = seen.find((one) => one.hub === hub)
    this.#all = seen
    this.#hasOthers = seen.some((one) => one.isLive && one.hub !== hub)
    if (own === undefined || own.fence !== this.#identity.fence)
      return { told: own?.told ?? 0, fence: own?.fence ?? 0, adopted: [] }
    this.#freshMs = beganMs
    for (const one of seen) if (one.hub !== hub && one.isLive) await this.#watch(connection, one)
    const adopted: string[] = []
    if (this.isFirst)
      for (const one of seen) if (one.isOrphaned) adopted.push(...(await this.#adopt(connection, one)))
    return { told: own.told, fence: own.fence, adopted }
  }

  /** This hub was paused, or the database held it up, and the others perhaps as well. */
  #beginIfUnseen(): void {
    const nowMs = this.#clock.now()
    if (nowMs - this.#lookedMs >= UNSEEN_MS) this.begin()
    this.#lookedMs = nowMs
  }

  async #look(connection: Connection, state: HubState): Promise<Seen[]> {
    const rows = await connection.run<
      [number, number, number, boolean, number, number, number, number, boolean, boolean]
    >('bell', {
      name: 'beat',
      text: BEAT,
      values: [this.#identity.hub, state.free, state.waiting, state.capacity],
    })
    return rows.map(([hub, fence, told, isLive, beat, free, waiting, capacity, isConnected, isOrphaned]) => ({
      ...{ hub, fence, told, isLive, beat, free, waiting, capacity, isConnected, isOrphaned },
    }))
  }

  async #watch(connection: Connection, { hub, fence, beat, isConnected }: Seen): Promise<void> {
    const nowMs = this.#clock.now()
    const known = this.#heard.get(hub)
    if (known === undefined || known.beat !== beat || known.fence !== fence) {
      this.#heard.set(hub, { beat, fence, sinceMs: nowMs })
      return
    }
    const silentMs = nowMs - known.sinceMs
    const isSettled = nowMs - this.#beganMs >= SETTLED_MS
    if (silentMs >= (isConnected || !isSettled ? SILENT_MS : GONE_MS))
      await connection.run('bell', { name: 'fence', text: FENCE, values: [hub, fence] })
    else if (silentMs >= QUIET_MS) await this.#silence(connection, hub, fence)
  }

  async #silence(connection: Connection, hub: number, fence: number): Promise<void> {
    const rows = await connection.run<[boolean]>('bell', {
      name: 'has-blocks',
      text: HAS_BLOCKS,
      values: [hub],
    })
    if (rows[0]?.[0]) await connection.run('bell', { name: 'silence', text: SILENCE, values: [hub, fence] })
  }

  async #adopt(connection: Connection, { hub }: Seen): Promise<string[]> {
    const rows = await connection.run<[string]>('bell', {
      name: 'adopt',
      text: ADOPT,
      values: [this.#identity.hub, hub],
    })
    return rows.map(([participant]) => participant)
  }

  /** Nobody could be heard meanwhile, as when there is a new connection: nobody has been silent for that [PQ25]. */
  begin(): void {
    this.#beganMs = this.#clock.now()
    this.#heard.clear()
  }
}

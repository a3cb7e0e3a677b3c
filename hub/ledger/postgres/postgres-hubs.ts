/** What a hub on PostgreSQL knows of the others on the same database, and they of it: signs of life, who serves whom, and what waits with hubs that have no driver for it. */
import type { Clock } from '../../../shared/clock.ts'
import { driverOf, type OrderKey, type ParticipantId } from '../../../shared/ids.ts'
import { Listeners } from '../../../shared/listeners.ts'
import type { Entry, Retry } from '../../domain/entry.ts'
import type { Erased, HubState, Hubs, OtherShare, Totals } from '../hubs.ts'
import { textArray } from './arrays.ts'
import type { Said } from './bell-words.ts'
import type { Connection } from './connection.ts'
import { entryIn } from './entry-text.ts'
import { poolOf } from './fleet-pools.ts'
import { takeOwnership } from './owned.ts'
import { Peers } from './peers.ts'
import type { PostgresLedger } from './postgres-ledger.ts'
import { exchangeShares } from './shares.ts'
import { totalsOf } from './totals.ts'

const BEAT_MS = 1000
/** What rings no bell is found then. */
const TAIL_MS = 250
/** As often it is looked whether the others should know at once that there is room here now, or that somebody waits. */
const TELL_MS = 50

/** Drivers whom no hub has ever served are this one's. */
const ORPHANS = `INSERT INTO caps.owners (participant, hub)
  SELECT id, $1::int8 FROM caps.participants WHERE id >= 'driver/' AND id < 'driver0' ON CONFLICT (participant) DO NOTHING`
const DRIVERS = `SELECT participant FROM caps.owners WHERE hub = $1::int8 AND participant >= 'driver/' AND participant < 'driver0'`
const HELD = `SELECT o.key FROM caps.orders o JOIN caps.owners w ON w.participant = 'driver/' || o.holder WHERE o.holder IS NOT NULL AND w.hub = $1::int8`
const HELD_BY = 'SELECT key FROM caps.orders WHERE holder = ANY ($1::text[]) ORDER BY holder, key'
const WAITING = `SELECT e.entry FROM unnest($1::text[]) AS pool (name), (VALUES ('retry'), ('queue')) AS part (place), LATERAL (
  SELECT entry FROM caps.entries WHERE participant = pool.name AND place = part.place ORDER BY position LIMIT $2::int8
) e LIMIT $2::int8`

interface Asking {
  readonly participant: ParticipantId
  isWanted(): boolean
  resolve(isOurs: boolean): void
}

export class PostgresHubs implements Hubs {
  readonly #ledger: PostgresLedger
  readonly #clock: Clock
  readonly #peers: Peers
  #stateOf: () => HubState = () => ({ free: 0, capacity: 0, waiting: 0 })
  #connection: Connection | null = null
  #asking: Asking[] = []
  #isTaking = false
  #isClosed = false
  readonly #adopted = new Listeners<readonly OrderKey[]>()
  readonly #fresh = new Listeners<void>()
  readonly #waiting = new Listeners<void>()
  /** The hub's own state, as it was a moment ago. */
  #own: HubState = { free: 0, capacity: 0, waiting: 0 }
  /** What of it the others have heard. */
  #told = ''
  #lookedMs = 0

  constructor(ledger: PostgresLedger, clock: Clock, hasOthers: boolean) {
    this.#ledger = ledger
    this.#clock = clock
    this.#peers = new Peers(ledger.identity, clock, hasOthers)
    ledger.onClose(() => {
      this.#isClosed = true
    })
  }

  get number(): number {
    return this.#ledger.identity.hub
  }

  async start(stateOf: () => HubState): Promise<void> {
    this.#stateOf = stateOf
    const { hub } = this.#ledger.identity
    await this.#ask('orphans', ORPHANS, hub)
    const drivers = await this.#ask<[ParticipantId]>('drivers', DRIVERS, hub)
    for (const [driver] of drivers) this.#ledger.owned.took(driver, false)
    await this.#ledger.hearErasures()
    this.#ledger.neighbours.says(() => this.#own)
    this.#ledger.neighbours.onRung((said) => this.#rung(said))
    await this.beat()
    this.#every(TELL_MS, async () => this.#tellNews())
    this.#every(BEAT_MS, () => this.beat())
    this.#every(TAIL_MS, async () => {
      if (this.#peers.hasOthers) this.#ledger.neighbours.look()
    })
  }

  #ask<Row extends unknown[]>(name: string, text: string, ...values: unknown[]): Promise<Row[]> {
    return this.#ledger.asking((connection) => connection.run<Row>('lists', { name, text, values }))
  }

  #every(periodMs: number, run: () => Promise<void>): void {
    this.#clock.after(periodMs, () => {
      if (this.#isClosed) return
      run().then(
        () => this.#every(periodMs, run),
        // Whoever owns the ledger has been told, and ends the hub.
        () => {},
      )
    })
  }

  /** One sign of life, and what follows from those of others. */
  async beat(): Promise<void> {
    if (this.#isClosed) return
    const state = this.#stateOf()
    const heard = await this.#ledger.asking((connection) => {
      if (connection !== this.#connection) this.#peers.begin()
      this.#connection = connection
      return this.#peers.beat(connection, state)
    })
    const { identity, targets, owned } = this.#ledger
    if (heard.fence !== identity.fence) return this.#ledger.taken()
    this.#own = state
    this.#told = newsIn(state)
    const others = this.#peers.others.map((peer) => [peer.hub, peer] as const)
    targets.heard(new Map<number, Pick<HubState, 'free' | 'capacity'>>([[identity.hub, state], ...others]))
    await this.#ledger.heard(heard.told, this.#peers.hasOthers)
    for (const driver of heard.adopted) owned.took(driver as ParticipantId, true)
    if (heard.adopted.length > 0) await this.#adopt(heard.adopted as readonly ParticipantId[])
    this.#fresh.tell()
  }

  #tellNews(): void {
    if (!this.#peers.hasOthers) return
    const { identity, targets } = this.#ledger
    this.#own = this.#stateOf()
    targets.heardOf(identity.hub, this.#own)
    const news = newsIn(this.#own)
    if (news === this.#told) return
    this.#told = news
    this.#ledger.neighbours.ring()
  }

  /** Of those who could take what waits with another hub only one looks at once: others would take the same. */
  #rung(said: Said): void {
    this.#peers.said(said)
    this.#ledger.targets.heardOf(said.hub, said.state)
    const { free, waiting } = said.state
    const nowMs = this.#clock.now()
    if (waiting === 0 || free > 0 || nowMs - this.#lookedMs < TELL_MS) return
    if (!this.#peers.hasMostRoom(this.#own.free)) return
    this.#lookedMs = nowMs
    this.#waiting.tell()
  }

  async #adopt(participants: readonly ParticipantId[]): Promise<void> {
    const names = participants.flatMap((id) => driverOf(id) ?? [])
    const rows = await this.#ask<[OrderKey]>('held-by', HELD_BY, textArray(names))
    const orders = rows.map(([key]) => key)
    this.#adopted.tell(orders)
  }

  own(participant: ParticipantId, isWanted: () => boolean): Promise<boolean> {
    return new Promise((resolve) => {
      this.#asking.push({ participant, isWanted, resolve })
      if (!this.#isTaking) this.#take()
    })
  }

  /** All who have asked meanwhile, in one step. */
  #take(): void {
    this.#isTaking = true
    this.#clock.endOfTurn(() => {
      const asking = this.#asking.splice(0)
      const { owned, identity } = this.#ledger
      let wanted = new Set<ParticipantId>()
      const taking = this.#ledger.asking((connection) => {
        wanted = new Set(asking.flatMap(({ participant, isWanted }) => (isWanted() ? [participant] : [])))
        return takeOwnership(connection, identity, [...wanted])
      })
      taking.then(
        (fromOthers) => {
          const others = new Set(fromOthers)
          for (const participant of wanted) owned.took(participant, others.has(participant))
          for (const { participant, resolve } of asking) resolve(wanted.has(participant))
          this.#isTaking = false
          if (this.#asking.length > 0) this.#take()
        },
        () => {},
      )
    })
  }

  owns(participant: ParticipantId): boolean {
    return this.#ledger.owned.isMine(participant)
  }

  letGo(participant: ParticipantId): void {
    this.#ledger.owned.letGo(participant)
  }

  exchange(share: string): Promise<readonly OtherShare[] | null> {
    return this.#ledger.trying((connection) => exchangeShares(connection, this.#ledger.identity, share))
  }

  totals(dayBeganMs: number): Promise<Totals | null> {
    return this.#ledger.trying((connection) => totalsOf(connection, dayBeganMs))
  }

  onLost(listener: (participants: readonly ParticipantId[]) => void): () => void {
    return this.#ledger.onLost(listener)
  }

  onAdopted(listener: (orders: readonly OrderKey[]) => void): () => void {
    return this.#adopted.add(listener)
  }

  onErased(listener: (erased: readonly Erased[]) => void): () => void {
    return this.#ledger.onErased(listener)
  }

  onFresh(listener: () => void): () => void {
    return this.#fresh.add(listener)
  }

  onWaiting(listener: () => void): () => void {
    return this.#waiting.add(listener)
  }

  get isFresh(): boolean {
    return this.#peers.isFresh
  }

  get isFirst(): boolean {
    return this.#peers.isFirst
  }

  get hasOthers(): boolean {
    return this.#peers.hasOthers
  }

  async heldOrders(): Promise<readonly OrderKey[]> {
    const rows = await this.#ask<[OrderKey]>('held', HELD, this.#ledger.identity.hub)
    return rows.map(([key]) => key)
  }

  async heldOrdersOf(driver: string): Promise<readonly OrderKey[]> {
    const rows = await this.#ask<[OrderKey]>('held-by', HELD_BY, textArray([driver]))
    return rows.map(([key]) => key)
  }

  /** From hubs that are gone, and from those that said that they have more than their drivers take. */
  async waitingElsewhere(limit: number): Promise<readonly (Entry | Retry)[]> {
    const names = this.#peers.withWaiting.map(poolOf)
    const rows = await this.#ask<[string]>('waiting', WAITING, textArray(['fleet', ...names]), limit)
    return rows.map(([text]) => entryIn<Entry>(text))
  }
}

/** What others should know sooner than with the next sign of life. */
const newsIn = ({ free, capacity, waiting }: HubState): string => `${free > 0} ${capacity} ${waiting > 0}`

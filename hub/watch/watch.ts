/**
 * The feed: what those who watch are told. Once a second a summary, which is made once for all; four times a second what has changed of each one's screen; five times a second who has moved, to those who look at the map; and what
 * operators do, as they do it. While nobody watches, it adds to counters and samples them once a second.
 */
import { type Clock, every } from '../../shared/clock.ts'
import { driverId } from '../../shared/ids.ts'
import type { AuditLine, Changed, Hello, Look, Summary } from '../../shared/watch.ts'
import type { Access } from '../access/access.ts'
import type { WatchDoor } from '../sockets/ports.ts'
import type { WatchSocket } from '../sockets/types.ts'
import { watchAdmission } from './admission.ts'
import type { Audit } from './audit.ts'
import type { Census } from './census.ts'
import type { Company } from './company/company.ts'
import type { DeliveredToday } from './delivered-today.ts'
import type { FeedLedger, Presence } from './feed-ports.ts'
import { encodedOnce } from './figures/encoded.ts'
import type { Figures } from './figures/figures.ts'
import type { Machine } from './figures/machine.ts'
import type { Writes } from './figures/writes.ts'
import type { Looked, Looks } from './looks.ts'
import type { CityMap } from './map.ts'
import { decodeAction, decodeLook } from './messages.ts'
import type { Lists } from './ports.ts'
import type { Positions } from './positions.ts'
import type { ScreenRegistry } from './screens/registry.ts'
import { Watcher, type WatcherParts } from './watcher.ts'

export interface WatchParts {
  readonly access: Access
  readonly clock: Clock
  readonly reports: WatcherParts['reports']
  readonly outgoingBytes: number
  readonly ledger: Pick<FeedLedger, 'onCommitted' | 'onWrite'>
  readonly presence: Pick<Presence, 'isConnected'>
  readonly loadOf: (driver: string) => number
  readonly lists: Lists
  readonly figures: Figures
  readonly machine: Pick<Machine, 'start' | 'stop'>
  readonly writes: Writes
  readonly census: Census
  readonly deliveredToday: DeliveredToday
  readonly positions: Positions
  readonly registry: ScreenRegistry
  readonly map: CityMap
  readonly looks: Looks
  readonly audit: Audit
  /** null where there can be no other hub. */
  readonly company: Company | null
  /** Of CAPS. */
  readonly version: string
  readonly settings: Hello['settings']
  isDraining(): boolean
}

const MOST_WATCHERS = 1000
const SECOND_MS = 1000
/** A driver of another hub of which that one tells nothing for so long is forgotten. */
const ELSEWHERE_MS = 60_000
const CHANGES_MS = 250
const MOVES_MS = 200

export class Watch {
  readonly #parts: WatchParts
  readonly #watchers = new Set<Watcher>()
  /** Transports' connections on which somebody watches, or is about to. */
  readonly #conns = new WeakSet<WatchSocket['conn']>()
  readonly #startedMs: number
  readonly door: WatchDoor
  #summary: Summary | null = null
  #isWatchedElsewhere = false
  #stops: (() => void)[] = []
  /** What runs only while somebody watches. */
  #pauses: (() => void)[] = []

  constructor(parts: WatchParts) {
    this.#parts = parts
    this.#startedMs = parts.clock.now()
    const { access, reports, isDraining } = parts
    this.door = {
      admit: watchAdmission({
        access,
        isDraining,
        isFull: () => this.#watchers.size >= MOST_WATCHERS,
        reserve: (conn) => !this.#conns.has(conn) && this.#conns.add(conn) !== undefined,
        release: (conn) => void this.#conns.delete(conn),
        refused: (code, who) => reports.refused(code, who),
      }),
      accept: (socket) => this.#accept(socket),
    }
  }

  get size(): number {
    return this.#watchers.size
  }

  get audit(): Audit {
    return this.#parts.audit
  }

  get lists(): Lists {
    return this.#parts.lists
  }

  readonly decodeLook = decodeLook
  readonly decodeAction = decodeAction

  /** As those who watch were told last; as it is now, if nobody watches. */
  summary(): Summary {
    return this.#summary ?? this.#parts.figures.summary(this.#watchers.size)
  }

  /** What there is to tell besides. */
  told(): Pick<Hello, 'version' | 'nowMs' | 'startedMs' | 'settings'> {
    const { clock, version, settings } = this.#parts
    return { version, nowMs: clock.now(), startedMs: this.#startedMs, settings }
  }

  /** Reads what was done before this start. To be called before anybody comes. */
  load(): Promise<void> {
    return this.#parts.audit.load()
  }

  /** To be called before anything can become durable. */
  start(): void {
    const { ledger, clock, census, deliveredToday, registry, writes, audit } = this.#parts
    this.#stops = [
      ledger.onCommitted((committed) => {
        census.committed(committed.participantChanges)
        deliveredToday.committed(committed.orderChanges)
        registry.committed(committed)
      }),
      ledger.onWrite(writes),
      every(clock, SECOND_MS, () => this.#second()),
      audit.onLine((line) => this.#tellLine(line)),
    ]
    census.start()
    deliveredToday.start()
    this.#parts.company?.start()
  }

  #second(): void {
    const { clock, figures, positions, presence, loadOf } = this.#parts
    const heardAfterMs = clock.now() - ELSEWHERE_MS
    const isElsewhere = (driver: string) => (positions.of(driver)?.elsewhere?.heardMs ?? 0) > heardAfterMs
    positions.forgetGone(
      (driver) => !isElsewhere(driver) && !presence.isConnected(driverId(driver)) && loadOf(driver) === 0,
    )
    this.#measureForOthers()
    const summary = figures.second(this.#watchers.size)
    if (summary === null) return
    this.#summary = encodedOnce(summary)
    for (const watcher of this.#watchers) if (watcher.isForAll) watcher.tell('summary', this.#summary)
  }

  /** Those who watch at another hub want to know how this one is. */
  #measureForOthers(): void {
    const { company, machine } = this.#parts
    const isWatched = company?.isWatchedElsewhere ?? false
    if (isWatched === this.#isWatchedElsewhere) return
    this.#isWatchedElsewhere = isWatched
    if (this.#watchers.size > 0) return
    if (isWatched) machine.start()
    else machine.stop()
  }

  #accept(socket: WatchSocket): void {
    const { identity } = socket.data
    socket.data.identity = undefined
    const { access, clock, reports, outgoingBytes, looks, audit } = this.#parts
    const watcher = new Watcher(socket, identity!, {
      access,
      clock,
      reports,
      outgoingBytes,
      serve: (look, install) => looks.serve(socket, look, install),
      act: (who, action) => audit.act(who, action),
      shows: (who, look, looked) => this.#shows(who, look, looked),
      left: (who) => {
        this.#conns.delete(socket.conn)
        this.#left(who)
      },
    })
    if (!watcher.open()) return
    this.#watchers.add(watcher)
    if (this.#watchers.size === 1) this.#resume()
    this.#greet(watcher)
  }

  #greet(watcher: Watcher): void {
    watcher.tell('hello', this.#helloTo(watcher))
    if (!watcher.isForAll) return
    watcher.tell('audit', this.#parts.audit.newest)
    if (this.#summary !== null) watcher.tell('summary', this.#summary)
  }

  #helloTo({ identity, isForAll }: Watcher): Hello {
    const told = this.told()
    return {
      protocol: 1,
      ...told,
      role: identity.role === 'operator' ? 'operator' : 'observer',
      order: identity.order ?? null,
      settings: isForAll ? told.settings : {},
    }
  }

  /** Somebody watches again. */
  #resume(): void {
    const { machine, clock } = this.#parts
    machine.start()
    this.#pauses = [
      () => this.#isWatchedElsewhere || machine.stop(),
      every(clock, CHANGES_MS, () => this.#tellChanges()),
      every(clock, MOVES_MS, () => this.#tellMoves()),
    ]
  }

  #shows(watcher: Watcher, look: Look | null, looked: Looked | null): void {
    const { registry, map } = this.#parts
    if (watcher.screen !== null) registry.hide(watcher.screen)
    watcher.screen = looked?.screen ?? null
    if (watcher.look?.view === 'map' && look?.view !== 'map') map.leave()
    if (watcher.look?.view !== 'map' && look?.view === 'map') map.enter()
    watcher.look = look
    if (looked?.screen != null) registry.show(looked.screen, looked.interests)
  }

  #left(watcher: Watcher): void {
    if (!this.#watchers.delete(watcher)) return
    this.#shows(watcher, null, null)
    if (this.#watchers.size > 0) return
    for (const pause of this.#pauses.splice(0)) pause()
    this.#summary = null
  }

  #tellChanges(): void {
    const { clock, map } = this.#parts
    const nowMs = clock.now()
    const ofMap = map.isLookedAt ? map.take(nowMs) : null
    const shared: Changed | null = ofMap && encodedOnce(ofMap)
    for (const watcher of this.#watchers) {
      const changed = watcher.look?.view === 'map' ? shared : (watcher.screen?.take(nowMs) ?? null)
      if (changed !== null) watcher.tell('changed', changed)
    }
  }

  #tellMoves(): void {
    const { map, positions } = this.#parts
    if (!map.isLookedAt) return
    const moves = positions.takeMoves()
    if (moves.length === 0) return
    const encoded = encodedOnce(moves)
    for (const watcher of this.#watchers)
      if (watcher.look?.view === 'map') watcher.tellVolatile('moves', encoded)
  }

  #tellLine(line: AuditLine): void {
    for (const watcher of this.#watchers) if (watcher.isForAll) watcher.tell('audit', [line])
  }

  /** Idempotent. */
  stop(): void {
    const { census, deliveredToday, company, machine } = this.#parts
    company?.stop()
    if (this.#isWatchedElsewhere) machine.stop()
    for (const stop of [...this.#stops.splice(0), ...this.#pauses.splice(0)]) stop()
    census.stop()
    deliveredToday.stop()
  }
}

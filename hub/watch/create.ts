/** Puts watching together, of what the hub gives it. */
import type { Clock } from '../../shared/clock.ts'
import { driverId } from '../../shared/ids.ts'
import type { AuditLine, Hello } from '../../shared/watch.ts'
import type { Access } from '../access/access.ts'
import { Audit, type AuditLedger } from './audit.ts'
import { Census } from './census.ts'
import { Company, type CompanyParts, type Exchange } from './company/company.ts'
import type { ToldPosition } from './company/share.ts'
import { ALONE, type CompanyView } from './company/sums.ts'
import { DeliveredToday, dayOf } from './delivered-today.ts'
import type { Delivering, Disk, FeedLedger, Presence } from './feed-ports.ts'
import type { Delays } from './figures/delays.ts'
import { Figures } from './figures/figures.ts'
import type { FlowCounts } from './figures/flow.ts'
import type { Machine } from './figures/machine.ts'
import { Writes } from './figures/writes.ts'
import { createLists } from './lists/lists.ts'
import { LiveState } from './live.ts'
import { Looks } from './looks.ts'
import { CityMap } from './map.ts'
import type { DeadLetterDesk, ListsLedger, Pausing } from './ports.ts'
import type { Positions } from './positions.ts'
import type { Redeliveries } from './redeliveries.ts'
import { ScreenRegistry } from './screens/registry.ts'
import { OldEvents } from './troubles/old-events.ts'
import { ParticipantTroubles } from './troubles/participants.ts'
import { SilentDrivers } from './troubles/silent-drivers.ts'
import { Watch } from './watch.ts'
import type { WatcherReports } from './watcher.ts'

export interface WatchReports extends WatcherReports {
  readonly counts: FlowCounts
  readonly delays: Delays
  readonly redeliveries: Redeliveries
  readonly positions: Positions
  audited(line: AuditLine): void
}

export interface WatchPartsOfHub {
  readonly clock: Clock
  /** As it runs, with parts of milliseconds. */
  preciseMs(): number
  readonly access: Access
  readonly reports: WatchReports
  readonly ledger: FeedLedger & ListsLedger & AuditLedger
  readonly presence: Presence
  readonly delivering: Delivering
  readonly pausing: Pausing
  readonly letters: DeadLetterDesk
  readonly disk: Disk
  readonly machine: Machine
  /** Bytes that may wait for one that does not read. */
  readonly outgoingBytes: number
  /** When a hub was last alive on this data: since then those are away whom nobody saw leave. */
  readonly lastAliveMs: number
  readonly version: string
  readonly settings: Hello['settings']
  isDraining(): boolean
  /** Others on the same data; null if there can be none. */
  readonly hubs: Exchange | null
  /** Tells all connections of a store where a driver is that is connected to another hub. */
  relayPosition: CompanyParts['relay']
}

interface FiguresOf {
  readonly participants: ParticipantTroubles
  readonly deliveredToday: DeliveredToday
  readonly writes: Writes
  readonly company: CompanyView
}

const figuresOf = (
  { reports, machine, disk, presence, delivering, ledger, clock }: WatchPartsOfHub,
  { participants, deliveredToday, writes, company }: FiguresOf,
): Figures => {
  const positionMs = (driver: string) => reports.positions.of(driver)?.timeMs ?? null
  const oldEvents = new OldEvents({
    busyQueues: () => delivering.busyQueues(),
    fleet: () => participants.fleet,
    fleetOwedSinceMs: () => participants.fleetOwedSinceMs,
    oldestTime: (participant) => ledger.oldestTime(participant),
  })
  const silentDrivers = new SilentDrivers({
    drivers: () => delivering.drivers(),
    loadOf: (driver) => delivering.loadOf(driver),
    parcelsOf: (driver) => delivering.parcelsOf(driver),
    connectedMs: (driver) => presence.connectedMs(driverId(driver)),
    positionMs,
    awayDrivers: () => participants.awayDrivers(),
  })
  return new Figures({
    ...{ counts: reports.counts, delays: reports.delays, writes, machine, disk, presence, delivering },
    ...{ participants, oldEvents, silentDrivers, company },
    deliveredToday: () => deliveredToday.count(),
    now: () => clock.now(),
  })
}

/** Of this hub's drivers, as far as others are to be told. */
const positionsOf = function* ({
  reports,
  presence,
  delivering,
}: Pick<WatchPartsOfHub, 'reports' | 'presence' | 'delivering'>): IterableIterator<ToldPosition> {
  for (const [driver, { lat, lng, timeMs }, hasMoved] of reports.positions.takeUntold()) {
    const orders = [...delivering.heldBy(driver)]
    const stores = [...new Set(orders.map((order) => order.split('/', 1)[0]!))]
    const isConnected = presence.isConnected(driverId(driver))
    yield { driver, lat, lng, timeMs, hasMoved, isConnected, stores, orders }
  }
}

const companyOf = (
  parts: WatchPartsOfHub & { readonly hubs: Exchange },
  watching: Pick<CompanyParts, 'told' | 'isWatched'>,
): Company => {
  const { hubs, clock, reports, relayPosition } = parts
  reports.positions.tell()
  return new Company({
    ...{ hubs, clock, ...watching },
    positions: () => positionsOf(parts),
    heard: ({ driver, isConnected, orders, ...position }) =>
      reports.positions.heard(driver, position, { isConnected, orders, heardMs: clock.now() }),
    relay: (store, position) => relayPosition(store, position),
    dayBeganMs: () => dayOf(clock.now()).beginMs,
  })
}

export const createWatch = (parts: WatchPartsOfHub): Watch => {
  const { clock, reports, ledger, presence, delivering, pausing, letters } = parts
  const now = () => clock.now()
  const participants = new ParticipantTroubles({
    isConnected: (id) => presence.isConnected(id),
    loadOf: (driver) => delivering.loadOf(driver),
    now,
    unseenSinceMs: parts.lastAliveMs,
  })
  const { hubs } = parts
  const company =
    hubs === null
      ? null
      : companyOf({ ...parts, hubs }, { told: () => figures.told, isWatched: () => watch.size > 0 })
  const view = company ?? ALONE
  const live = new LiveState({
    ...{ presence, delivering, redeliveries: reports.redeliveries, participants },
    company: view,
  })
  const lists = createLists({
    ...{ ledger, live, letters, pausing, now },
    endOfTurn: (run) => clock.endOfTurn(run),
  })
  const census = new Census({
    clock,
    participants: (after, limit) => ledger.participants(after, limit),
    seen: (change) => participants.seen(change),
  })
  const deliveredToday = new DeliveredToday({
    clock,
    countDelivered: (range) => ledger.countDelivered(range),
  })
  const writes = new Writes(() => parts.preciseMs())
  const figures: Figures = figuresOf(parts, {
    ...{ participants, deliveredToday, writes },
    company: view,
  })
  const registry = new ScreenRegistry()
  const { positions } = reports
  const map = new CityMap({
    ...{ lists, positions, presence, delivering, registry, now },
    hasOthers: () => live.hasOthers,
  })
  const looks = new Looks({
    ...{ lists, live, map, now },
    course: () => figures.course(),
    onCommitted: (listener) => ledger.onCommitted(listener),
  })
  const audit = new Audit({
    ledger,
    act: (action) => lists.act(action),
    audited: (line) => reports.audited(line),
    now,
  })
  const loadOf = (driver: string) => delivering.loadOf(driver)
  const watch: Watch = new Watch({
    ...{ ...parts, company },
    ...{ lists, figures, writes, census, deliveredToday, positions, registry, map, looks, audit, loadOf },
  })
  return watch
}

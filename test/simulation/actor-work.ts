/** What a vendor or a driver does with its link until its process ends: the real classes, as their programs wire them. */
import { Driver } from '../../driver/driver.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Link } from '../../shared/link/api.ts'
import { createLog } from '../../shared/log.ts'
import type { LevelOutbox } from '../../shared/outbox/level-outbox.ts'
import { openJournal } from '../../vendor/journal.ts'
import { resumeRun } from '../../vendor/run.ts'
import { Vendor } from '../../vendor/vendor.ts'
import { asOutboxDatabase, type Disk } from './disk.ts'
import type { DriverPlan, TillPlan } from './plan.ts'

export interface Work {
  stop(): void
  /** Closes what it has besides the link. */
  close(): Promise<void>
  /** Does it still have to do something of its own? */
  isBusy(): boolean
}

export type ActorLink = Pick<
  Link,
  'publish' | 'on' | 'onPosition' | 'onStatus' | 'failed' | 'counts' | 'assignments' | 'position'
>

export interface WorkParts {
  readonly participant: string
  readonly clock: Clock
  readonly outbox: LevelOutbox
  readonly journal: Disk
  readonly seed: number
  /** A guest makes no orders: it is there for what comes. */
  readonly isGuest: boolean
  connect(): ActorLink
  failed(error: unknown): void
}

const log = createLog({ logLevel: 'silent', logFormat: 'json' })
const eventLog = { event: () => {}, close: () => {} }

export const beVendor = async (plan: TillPlan, parts: WorkParts): Promise<Work> => {
  const { participant, clock, outbox, isGuest } = parts
  const database = asOutboxDatabase(parts.journal.database)
  const journal = await openJournal({
    folder: 'simulated',
    participant,
    clock,
    database,
    failed: (error) => parts.failed(error),
  })
  const orders = isGuest ? 0 : plan.orders
  const { seed, base } = await resumeRun(journal, outbox.progress(), { seed: String(parts.seed), orders })
  const source = { seed, store: plan.store, till: plan.id }
  const rate = isGuest ? 0 : plan.ordersPerSecond
  const link = parts.connect()
  const vendor = new Vendor(
    { link, outbox, journal, clock, log, eventLog },
    { participant, source, base, orders, rate },
  )
  vendor.start()
  return {
    stop: () => vendor.stop(),
    close: () => journal.close(),
    isBusy: () => vendor.report().created < orders,
  }
}

export const beDriver = async (
  { room: capacity, travelMs }: DriverPlan,
  { participant, clock, connect }: WorkParts,
): Promise<Work> => {
  const driver = new Driver({ link: connect(), clock, log, eventLog }, { participant, capacity, travelMs })
  driver.start()
  return { stop: () => driver.stop(), close: async () => {}, isBusy: () => driver.report().carrying > 0 }
}

/** Ledgers on databases of the tests' server. */
import { type OpenOptions, openPostgresLedger } from '../../../../hub/ledger/postgres/open.ts'
import type { PostgresHubs } from '../../../../hub/ledger/postgres/postgres-hubs.ts'
import type { PostgresLedger, PostgresReports } from '../../../../hub/ledger/postgres/postgres-ledger.ts'
import { type Clock, systemClock } from '../../../../shared/clock.ts'
import type { Fault } from '../../../../shared/fault.ts'
import { atEndOfTest } from '../../../support/cleanup.ts'
import { queryAt, sharedPostgres } from '../../../support/postgres.ts'
import { createInbox, type Inbox } from '../../../support/waiting.ts'

export const NO_REPORTS: PostgresReports = { away: () => {}, back: () => {}, redecided: () => {} }

export interface OpenedTest {
  readonly ledger: PostgresLedger
  readonly hubs: PostgresHubs
  /** `away`, `back` and `redecided`, as they come. */
  readonly told: Inbox<string>
  readonly faults: Fault[]
}

/** Longer than any pause between two tries: what the hub gives up then. */
export const LONGEST_PAUSE_MS = 5000

/** Does not wait where the hub would, so that what is tried again is tried at once. */
export const hastyClock: Clock = {
  ...systemClock,
  after: (delayMs, run) => systemClock.after(delayMs > LONGEST_PAUSE_MS ? delayMs : 1, run),
}

export interface TestOptions extends Partial<Omit<OpenOptions, 'reports'>> {
  readonly durability?: 'local' | 'replicated'
  readonly clock?: Clock
}

/** A ledger of the test's: it is closed when the test has ended. */
export const openAt = async (url: string, options: TestOptions = {}): Promise<OpenedTest> => {
  const { durability = 'local', clock = systemClock, ...more } = options
  const told = createInbox<string>('word of the connection')
  const reports = {
    away: () => told.put('away'),
    back: () => told.put('back'),
    redecided: () => told.put('redecided'),
  }
  const { ledger, hubs } = await openPostgresLedger({ url, durability }, clock, { ...more, reports })
  const faults: Fault[] = []
  ledger.onFault((fault) => faults.push(fault))
  atEndOfTest(() => ledger.close())
  return { ledger, hubs, told, faults }
}

/** An empty database on the server that serves all tests. */
export const newDatabase = async (): Promise<string> => (await sharedPostgres()).database()

/** Asks until something is so: a database has no event for it. */
export const untilTrue = async (url: string, text: string): Promise<void> => {
  while (!Object.values((await queryAt(url, text))[0] ?? {})[0]);
}

/** What stood in the way of opening. */
export const faultOfOpening = (url: string, options: TestOptions = {}): Promise<Fault | null> =>
  openAt(url, { clock: hastyClock, ...options }).then(
    () => null,
    (fault: Fault) => fault,
  )

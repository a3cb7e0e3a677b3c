import type { LevelLedger } from '../../../hub/ledger/level/level-ledger.ts'
import { ledgerOn, openLevelLedger } from '../../../hub/ledger/level/open.ts'
import { CrashingDatabase } from '../../support/crashing-database.ts'
import { memoryLevel } from '../../support/ledger.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { type ContractLedger, describeLedger, type LedgerHome } from './ledger-contract.ts'

const contractLedger = (ledger: LevelLedger): ContractLedger => ({
  submit: (work) => ledger.submit(work),
  onDecided: (listener) => ledger.onDecided(listener),
  onCommitted: (listener) => ledger.onCommitted(listener),
  onFault: (listener) => ledger.onFault(listener),
  close: () => ledger.close(),
  entries: (participant, from) => ledger.reads.entries(participant, from),
  retries: (participant, from) => ledger.reads.retries(participant, from),
  heldOrders: () => ledger.reads.heldOrders(),
  participants: (after, limit) => ledger.reads.participants(after, limit),
  ordersEndedBefore: (timeMs, limit) => ledger.reads.ordersEndedBefore(timeMs, limit),
  deadLettersOf: (participant, from) => ledger.reads.deadLettersOf(participant, from),
  closedEntries: (place, participant, range) => ledger.reads.closedEntries(place, participant, range),
  ordersByTime: (range) => ledger.reads.ordersByTime(range),
  ordersNamed: (range) => ledger.reads.ordersNamed(range),
  ordersHeldBy: (range) => ledger.reads.ordersHeldBy(range),
  orderRecords: (orders) => ledger.reads.orderRecords(orders),
  participantsFrom: (range) => ledger.reads.participantsFrom(range),
  participantRecord: (id) => ledger.reads.participantRecord(id),
  entriesIn: (place, participant, range) => ledger.reads.entriesIn(place, participant, range),
  revocations: (after, limit) => ledger.reads.revocations(after, limit),
  scrub: (record) => ledger.scrub(record),
})

const onDisk = (): LedgerHome => {
  const folder = temporaryFolder()
  return { open: async (clock) => contractLedger(await openLevelLedger(folder, clock)) }
}

const inMemory = (): LedgerHome => {
  const db = memoryLevel()
  return {
    open: async (clock) => {
      await db.open()
      return contractLedger(await ledgerOn(db, clock))
    },
  }
}

/** Where a row is hardly ever cached when it is needed again, and what was written soon lies under its own key. */
const withoutCache = (): LedgerHome => {
  const db = new CrashingDatabase()
  return {
    open: async (clock) => {
      db.open()
      return contractLedger(await ledgerOn(db, clock, { cachedRows: 1, longestJournal: 0 }))
    },
  }
}

describeLedger('LevelDB on disk', onDisk)
describeLedger('LevelDB in memory', inMemory)
describeLedger('LevelDB with one row of each kind cached and a journal of one group', withoutCache)

import { ledgerOn, openLevelLedger } from '../../../hub/ledger/level/open.ts'
import { CrashingDatabase } from '../../support/crashing-database.ts'
import { memoryLevel } from '../../support/ledger.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { contractLedger } from './contract-ledger.ts'
import { describeLedger, type LedgerHome } from './ledger-contract.ts'

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

/** A ledger in memory for tests, on a clock that the test moves by hand, and a way to run work on it without ending turns one by one. */
import { setImmediate as nextLoop } from 'node:timers/promises'
import { MemoryLevel } from 'memory-level'
import type { Work } from '../../hub/domain/work.ts'
import type { Database } from '../../hub/ledger/level/database.ts'
import type { LevelLedger } from '../../hub/ledger/level/level-ledger.ts'
import { ledgerOn } from '../../hub/ledger/level/open.ts'
import type { Transaction } from '../../hub/ledger/level/transaction.ts'
import type { Fault } from '../../shared/fault.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'
import { inTime } from './waiting.ts'

/** Work whose `decide` gives the test a result. */
export interface TestWork<Result, T = Transaction> extends Omit<Work<T>, 'decide' | 'settled'> {
  decide(transaction: T): Result
}

/** The part of a ledger that runs work; every ledger has it. */
export interface Worker<T> {
  submit(work: Work<T>): void
  onFault(listener: (fault: Fault) => void): () => void
}

/** Empty, open, and lost with the test. */
export const memoryLevel = () => new MemoryLevel<string, string>({ storeEncoding: 'utf8' })

export interface TestLedger {
  readonly ledger: LevelLedger
  readonly db: Database
  readonly clock: ManualClock
}

export const openTestLedger = async (
  clock: ManualClock = createManualClock(),
  db: Database = memoryLevel(),
): Promise<TestLedger> => ({ ledger: await ledgerOn(db, clock), db, clock })

/** Ends turns of the event loop until `promise` is settled: for what waits for a disk, or for several turns in a row. */
export const turning = async <R>(clock: ManualClock, promise: Promise<R>): Promise<R> => {
  let isOver = false
  const end = () => {
    isOver = true
  }
  const waiting = inTime(promise, () => 'the end of what was under way')
  waiting.then(end, end)
  while (!isOver) {
    clock.turn()
    await nextLoop()
  }
  return waiting
}

/** What `decide` returned, when that is durable. Rejects with the ledger's fault. */
export const commit = <R, T>(ledger: Worker<T>, work: TestWork<R, T>): Promise<R> =>
  new Promise((resolve, reject) => {
    const forget = ledger.onFault(reject)
    let result: R
    ledger.submit({
      ...work,
      decide: (transaction) => {
        result = work.decide(transaction)
      },
      settled: () => {
        forget()
        resolve(result)
      },
    })
  })

/** Runs work, ends turns until it is durable, and gives what `decide` returned. Rejects with the ledger's fault. */
export const commitNow = <R, T>(
  { ledger, clock }: { readonly ledger: Worker<T>; readonly clock: ManualClock },
  work: TestWork<R, T>,
): Promise<R> => turning(clock, commit(ledger, work))

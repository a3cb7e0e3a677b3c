/** Writes an image into a folder, opens it with the hub's and the outbox's own code, reads everything and holds it against the books. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ledgerOn, openDatabase } from '../../hub/ledger/level/open.ts'
import { systemClock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/fault.ts'
import { openLevelOutbox } from '../../shared/outbox/level-outbox.ts'
import type { Image } from './image.ts'
import type { LedgerBooks } from './ledger-books.ts'
import { type LedgerRows, rowsOf } from './ledger-rows.ts'
import type { OutboxContent } from './marks.ts'
import type { OutboxBooks } from './outbox-books.ts'
import { OUTBOX_OWNER } from './workload/outbox-life.ts'

export interface Books {
  readonly ledger: LedgerBooks
  readonly outbox: OutboxBooks
}

export const writeImage = (image: Image, folder: string): void => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const [path, content] of image) {
    const target = join(folder, path)
    mkdirSync(path.endsWith('/') ? target : dirname(target), { recursive: true })
    if (!path.endsWith('/')) writeFileSync(target, content)
  }
}

export interface FoundLedger {
  readonly rows: LedgerRows
  /** Behind which new positions are handed out. */
  readonly lastPosition: number
}

/**
 * @param found called before it is closed
 * @throws Fault if it does not open, or something in it is damaged
 */
export const readLedger = async (
  folder: string,
  found: (ledger: FoundLedger) => void = () => {},
): Promise<FoundLedger> => {
  const db = await openDatabase(folder)
  try {
    const ledger = await ledgerOn(db, systemClock, { folder })
    const lastPosition = await new Promise<number>((resolve, reject) => {
      ledger.onFault(reject)
      let last = 0
      ledger.submit({
        decide: (transaction) => {
          last = transaction.lastPosition
        },
        settled: () => resolve(last),
      })
    })
    const ledgerFound = { rows: await rowsOf(db), lastPosition }
    found(ledgerFound)
    return ledgerFound
  } finally {
    await db.close()
  }
}

/**
 * @param found called before it is closed
 * @throws Fault if it does not open, or something in it is damaged
 */
export const readOutbox = async (
  folder: string,
  found: (content: OutboxContent) => void = () => {},
): Promise<OutboxContent> => {
  const outbox = await openLevelOutbox({ folder, participant: OUTBOX_OWNER })
  const content = { pending: outbox.pending(), failed: outbox.failed(), progress: outbox.progress() }
  found(content)
  await outbox.close()
  return content
}

/** What is wrong with the disk in `folder`, a line each. Opening it changes it, as it would on a machine that starts again. */
export const faultsOfFolder = async (folder: string, books: Books): Promise<string[]> => {
  const ledger = readLedger(join(folder, 'hub')).then(
    ({ rows, lastPosition }) => books.ledger.faultsOf(rows, lastPosition),
    (error: unknown) => [`does not open: ${messageOf(error)}`],
  )
  const outbox = readOutbox(join(folder, 'outbox')).then(
    (content) => books.outbox.faultsOf(content),
    (error: unknown) => [`does not open: ${messageOf(error)}`],
  )
  return [
    ...(await ledger).map((fault) => `hub: ${fault}`),
    ...(await outbox).map((fault) => `outbox: ${fault}`),
  ]
}

import type { Work } from '../domain/work.ts'
import type { UpkeepLedger, UpkeepTransaction } from './ports.ts'

/** Submits work and resolves when it is durable. Upkeep is never in a hurry: it does one bounded step at a time. */
export const commit = (
  ledger: Pick<UpkeepLedger, 'submit'>,
  work: Omit<Work<UpkeepTransaction>, 'settled'>,
): Promise<void> => new Promise((settled) => ledger.submit({ ...work, settled }))

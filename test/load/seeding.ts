/**
 * Fills a data folder with participants that were here once and are away: more than a machine can open sockets for. They are registered by the hub's own sessions on its own
 * ledger, in this process and without sockets; a hub that is started on the folder afterwards cannot tell the difference.
 */
import { join } from 'node:path'
import type { Sender } from '../../hub/domain/order.ts'
import type { LevelLedger } from '../../hub/ledger/level/level-ledger.ts'
import { openLevelLedger } from '../../hub/ledger/level/open.ts'
import type { Transaction } from '../../hub/ledger/level/transaction.ts'
import { Sessions } from '../../hub/sessions/sessions.ts'
import { systemClock } from '../../shared/clock.ts'
import { type ParticipantId, vendorId } from '../../shared/ids.ts'
import type { Till } from './tills.ts'

const AT_A_TIME = 1000

const senderOf = ({ store, id }: Till): Sender => ({
  role: 'vendor',
  store,
  id,
  participant: vendorId(store, id),
})

const settled = (ledger: LevelLedger): Promise<void> =>
  new Promise((resolve) => ledger.submit({ decide: () => {}, settled: resolve }))

const openLedger = async (folder: string): Promise<{ ledger: LevelLedger; failed: Promise<never> }> => {
  const ledger = await openLevelLedger(join(folder, 'hub'), systemClock)
  const failed = new Promise<never>((_, reject) => ledger.onFault(reject))
  // Its own waiters hear of it.
  failed.catch(() => {})
  return { ledger, failed }
}

const registerAll = async (
  { ledger, failed }: Awaited<ReturnType<typeof openLedger>>,
  tills: readonly Till[],
  participantsPerStore: number,
): Promise<void> => {
  const sessions = new Sessions<Transaction>({
    ledger,
    options: { participantsPerStore, newParticipantsPerMinute: 0 },
    lastAliveMs: systemClock.now(),
    letGo: () => {},
    drivers: { heldBy: () => [], withdraw: () => true },
  })
  for (let from = 0; from < tills.length; from += AT_A_TIME) {
    for (const till of tills.slice(from, from + AT_A_TIME))
      sessions.register(
        { sender: senderOf(till), receives: true, name: 'seed', isGone: () => false, displaced: () => {} },
        (registration) => {
          if (registration.kind === 'registered') registration.session.end()
        },
      )
    await Promise.race([settled(ledger), failed])
  }
}

/** The hub of this folder knows these tills afterwards, as participants that are away. No hub may run on it. */
export const seedParticipants = async (
  folder: string,
  tills: readonly Till[],
  participantsPerStore: number,
): Promise<void> => {
  const opened = await openLedger(folder)
  await registerAll(opened, tills, participantsPerStore)
  await opened.ledger.close()
}

const PAGE = 1000

/** Participants that a folder knows, the fleet not counted, and the entries that wait for them. No hub may run on it. */
export const countParticipants = async (
  folder: string,
  isOneOf: (id: ParticipantId) => boolean,
): Promise<{ participants: number; queued: number }> => {
  const { ledger } = await openLedger(folder)
  const counts = { participants: 0, queued: 0 }
  try {
    for (let after = ''; ; ) {
      const page = await ledger.reads.participants(after, PAGE)
      for (const { queued, retrying } of page.filter(({ id }) => isOneOf(id))) {
        counts.participants += 1
        counts.queued += queued + retrying
      }
      if (page.length < PAGE) return counts
      after = page.at(-1)!.id
    }
  } finally {
    await ledger.close()
  }
}

/** What a till keeps on disk, `vendor/<store>/<id>/` in the data folder: its journal and its outbox. */
import { join } from 'node:path'
import type { Fault } from '../shared/fault.ts'
import { openFirstFree } from '../shared/first-free.ts'
import { folderNameOf, type ParticipantId, vendorId } from '../shared/ids.ts'
import { diskFault } from '../shared/link-story.ts'
import { type LevelOutbox, openLevelOutbox } from '../shared/outbox/level-outbox.ts'
import { DEFAULT_TILL, type VendorSettings } from './config.ts'
import { type Journal, openJournal } from './journal.ts'

export interface Till {
  readonly store: string
  readonly id: string
  readonly participant: ParticipantId
  readonly reportFile: string
  readonly journal: Journal
  readonly outbox: LevelOutbox
  /** Rejects when the journal's disk fails; never resolves. The outbox tells the link of its own faults. */
  readonly failure: Promise<never>
}

/** Whoever has the journal's lock has the whole folder. */
const openLockedJournal = async (
  folder: string,
  participant: string,
): Promise<Pick<Till, 'journal' | 'failure'>> => {
  let fail: (fault: Fault) => void = () => {}
  const failure = new Promise<never>((_, reject) => {
    fail = reject
  })
  const failed = (error: Error) => fail(diskFault('VENDOR', 'journal', error))
  return { journal: await openJournal({ folder: join(folder, 'journal'), participant, failed }), failure }
}

/** Where a till leaves its report for the launcher. */
export const reportFileOf = (dataDir: string, store: string, id: string): string =>
  join(folderOf(dataDir, store, id), 'report.json')

const folderOf = (dataDir: string, store: string, id: string): string =>
  join(dataDir, 'vendor', folderNameOf(store), folderNameOf(id))

const openFolder = async (
  folder: string,
  participant: string,
): Promise<Pick<Till, 'journal' | 'outbox' | 'failure'>> => {
  const locked = await openLockedJournal(folder, participant)
  try {
    return { ...locked, outbox: await openLevelOutbox({ folder: join(folder, 'outbox'), participant }) }
  } catch (thrown) {
    await locked.journal.close()
    throw thrown
  }
}

const noneFree = ({ stores, dataDir }: VendorSettings, id: string): string =>
  `Live processes serve ${stores.map((store) => vendorId(store, id)).join(' and ')} from the data folder ${dataDir}: name another store with --store or another till with --id, or end one of them.`

/**
 * Opens the folder of the first store that no live process serves.
 * @throws Fault `in-use` when all are served or a folder is not ours; Fault `outbox` when one cannot be read
 */
export const openTill = async (settings: VendorSettings): Promise<Till> => {
  const id = settings.id ?? DEFAULT_TILL
  const { dataDir, stores } = settings
  const open = (store: string) => openFolder(folderOf(dataDir, store, id), vendorId(store, id))
  const { name: store, opened } = await openFirstFree(stores, open, noneFree(settings, id))
  const reportFile = reportFileOf(dataDir, store, id)
  return { store, id, participant: vendorId(store, id), reportFile, ...opened }
}

/**
 * What a power cut leaves of a disk: the model. It is given what a process did to its files (`Recording`) and an instant, and knows what must be there and what
 * may be there; `image.ts` draws from that.
 *
 * Modelled are ext4 (any `data=` mode, delayed allocation), xfs and btrfs on a disk that keeps what it was told to sync:
 * - bytes written since the file's last sync may each be there or not, by whole writes or by pages, in any order, cut off anywhere; where bytes are missing below the end of the file they
 *   are zero, and the end may be there without the bytes;
 * - changes of names (create, rename, unlink, mkdir) happen in the order of the journal: those that are not durable are kept up to some point;
 * - a sync of a file makes its own name durable. In `journal` mode (ext4, xfs) all that was in the journal before the file's own last change comes with it; in `own` mode
 *   (btrfs's tree log) nothing else does;
 * - a sync of a folder makes the names in it durable (in `journal` mode everything before it).
 *
 * Not modelled: disks that lie about syncs; sectors of 512 bytes that are torn themselves, or become unreadable; bytes that were durable and are damaged by the cut; stale content of
 * other files in unwritten blocks (`data=writeback` of old ext3); file systems that need a sync of the folder for a new file's own name (ext2, FAT, some network file systems);
 * macOS, where only F_FULLFSYNC reaches the disk; names that change out of the journal's order, but for the synced ones of `own`.
 */

interface Timed {
  /** Lines of the trace. A step that had not ended when the process was killed never ends. */
  readonly begun: number
  readonly ended: number
}

export type DataStep = Timed & { readonly inode: number } & (
    | { readonly kind: 'write'; readonly offset: number; readonly bytes: Buffer }
    | { readonly kind: 'truncate'; readonly size: number }
  )

export type NameStep = Timed &
  (
    | { readonly kind: 'create'; readonly path: string; readonly inode: number }
    | { readonly kind: 'rename'; readonly path: string; readonly inode: number; readonly to: string }
    | { readonly kind: 'unlink'; readonly path: string; readonly inode: number }
    | { readonly kind: 'folder'; readonly path: string }
  )

export type SyncStep = Timed &
  (
    | { readonly kind: 'sync'; readonly inode: number }
    | { readonly kind: 'sync-folder'; readonly path: string }
  )

export type Step = DataStep | NameStep | SyncStep

/** What the process said of itself, in the same stream. */
export interface Mark {
  readonly at: number
  readonly text: string
}

/** Paths are relative to the folder that is watched. Files that were there at the start have inodes 1, 2, … in the order of `start`, and are durable. */
export interface Recording {
  readonly start: readonly (readonly [path: string, content: Buffer])[]
  readonly steps: readonly Step[]
  readonly marks: readonly Mark[]
}

export type Journal = 'journal' | 'own'

interface FileState {
  /** What a cut cannot take any more. */
  readonly safe: Buffer
  /** What it may take, oldest first. */
  readonly loose: readonly DataStep[]
}

/** The disk as it is at an instant: what is safe, and what hangs in the air. */
export interface DiskState {
  readonly start: readonly (readonly [path: string, inode: number])[]
  readonly files: ReadonlyMap<number, FileState>
  /** Changes of names in the order of the journal, and which of them a cut cannot undo. */
  readonly names: readonly NameStep[]
  readonly isSafe: Readonly<Record<Journal, readonly boolean[]>>
}

const isData = (step: Step): step is DataStep => step.kind === 'write' || step.kind === 'truncate'
const isSync = (step: Step): step is SyncStep => step.kind === 'sync' || step.kind === 'sync-folder'
const isName = (step: Step): step is NameStep => !(isData(step) || isSync(step))

const folderOf = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '')

/** The content after one more step. Bytes that nobody wrote are zero. */
export const afterStep = (content: Buffer, step: DataStep): Buffer => {
  if (step.kind === 'truncate') {
    const cut = Buffer.alloc(step.size)
    content.copy(cut)
    return cut
  }
  const end = Math.max(content.length, step.offset + step.bytes.length)
  const grown = Buffer.alloc(end)
  content.copy(grown)
  step.bytes.copy(grown, step.offset)
  return grown
}

const fileStates = (recording: Recording, steps: readonly Step[], cut: number): Map<number, FileState> => {
  const data = steps.filter(isData)
  const states = new Map<number, FileState>()
  for (const [index, [, content]] of recording.start.entries())
    states.set(index + 1, { safe: content, loose: [] })
  for (const inode of new Set(data.map((step) => step.inode))) {
    const changes = data.filter((step) => step.inode === inode)
    const syncs = steps.filter((step) => step.kind === 'sync' && step.inode === inode && step.ended <= cut)
    const lastSync = Math.max(-1, ...syncs.map(({ begun }) => begun))
    const isSafe = ({ ended }: DataStep): boolean => ended < lastSync
    const safe = changes.filter(isSafe).reduce(afterStep, states.get(inode)?.safe ?? Buffer.alloc(0))
    states.set(inode, { safe, loose: changes.filter((change) => !isSafe(change)) })
  }
  return states
}

/** Until when the journal is on disk because a file was synced: its own last change, new name or new bytes. */
const lastChangeOf = (inode: number, before: number, steps: readonly Step[]): number =>
  Math.max(
    -1,
    ...steps
      .filter((step) => !isSync(step) && 'inode' in step && step.inode === inode && step.ended < before)
      .map(({ begun }) => begun),
  )

/** Index of the step by which a file has the name that it has. */
const namingOf = (names: readonly NameStep[], inode: number, before: number): number =>
  names.findLastIndex((step) => 'inode' in step && step.inode === inode && step.ended < before)

const withParents = (names: readonly NameStep[], index: number): number[] => {
  const step = names[index]
  if (step === undefined) return []
  const path = step.kind === 'rename' ? step.to : step.path
  const parents = names.flatMap((one, at) =>
    one.kind === 'folder' && path.startsWith(`${one.path}/`) ? [at] : [],
  )
  return [...parents, index]
}

const safeNames = (names: readonly NameStep[], steps: readonly Step[], journal: Journal): boolean[] => {
  const safe = names.map(() => false)
  for (const sync of steps.filter(isSync)) {
    const ownNames = names.flatMap((step, at) => {
      const isThere =
        sync.kind === 'sync-folder' &&
        step.ended < sync.begun &&
        [folderOf(step.path), folderOf(step.kind === 'rename' ? step.to : step.path)].includes(sync.path)
      return isThere ? withParents(names, at) : []
    })
    const naming =
      sync.kind === 'sync' ? withParents(names, namingOf(names, sync.inode, sync.begun)) : ownNames
    for (const at of naming) safe[at] = true
    if (journal === 'own') continue
    const upTo = sync.kind === 'sync' ? lastChangeOf(sync.inode, sync.begun, steps) : sync.begun
    for (const [at, { ended }] of names.entries()) if (ended < upTo) safe[at] = true
  }
  return safe
}

/** @param cut a line of the trace: what began until then may have happened, what ended has */
export const stateAt = (recording: Recording, cut: number): DiskState => {
  const steps = recording.steps.filter(({ begun }) => begun <= cut)
  const names = steps.filter(isName).sort((one, other) => one.ended - other.ended || one.begun - other.begun)
  const ended = steps.filter((step) => step.ended <= cut)
  return {
    start: recording.start.map(([path], index) => [path, index + 1] as const),
    files: fileStates(recording, steps, cut),
    names,
    isSafe: { journal: safeNames(names, ended, 'journal'), own: safeNames(names, ended, 'own') },
  }
}

/**
 * The instants at which the power is cut: one between any two changes, the latest there is, when the process has promised most on what had reached the disk
 * by then.
 */
export const boundariesOf = ({ steps, marks }: Recording): readonly number[] => {
  const ends = [...new Set(steps.map(({ ended }) => ended).filter(Number.isFinite))].sort((a, b) => a - b)
  const last = Math.max(0, ...ends, ...marks.map(({ at }) => at)) + 1
  return [...ends.slice(1).map((end) => end - 1), last]
}

/** Draws one disk from all those that a power cut may leave at an instant. */
import type { Seeded } from '../support/seeded.ts'
import { afterStep, type DataStep, type DiskState, type Journal, type NameStep } from './disk.ts'

/**
 * What becomes of what is not durable.
 * - `none` is there, `all` is there;
 * - `prefix`: what happened up to some instant, in all files;
 * - `subset`: some writes, in any order;
 * - `pages`: some pages of 4,096 bytes, in any order;
 * - `torn`: a prefix, and of the next write a part, up to a byte, a sector or a page;
 * - `zeros`: files are as long as they were at some instant, with zeros for their bytes.
 */
export const KINDS = ['none', 'all', 'prefix', 'subset', 'pages', 'torn', 'zeros'] as const
export type Kind = (typeof KINDS)[number]

const PAGE = 4096
/** A write is torn at a multiple of one of these. */
const GRAINS = [1, 512, PAGE] as const

/** Path -> content; a folder that must be there ends in `/`. */
export type Image = ReadonlyMap<string, Buffer>

export interface Draw {
  readonly kind: Kind
  readonly journal: Journal
}

interface Loss extends Draw {
  readonly rng: Seeded
  /** For the kinds that keep what is older than an instant. */
  readonly until: number
}

const tornWrite = (step: DataStep | undefined, rng: Seeded): readonly DataStep[] => {
  if (step?.kind !== 'write') return []
  const grain = rng.oneOf(GRAINS)
  const end = Math.floor((step.offset + rng.whole(0, step.bytes.length)) / grain) * grain
  return end > step.offset ? [{ ...step, bytes: step.bytes.subarray(0, end - step.offset) }] : []
}

const keptSteps = (loose: readonly DataStep[], { kind, rng, until }: Loss): readonly DataStep[] => {
  const older = loose.filter(({ ended }) => ended <= until)
  switch (kind) {
    case 'none':
      return []
    case 'all':
      return loose
    case 'prefix':
    case 'zeros':
    case 'pages':
      return older
    case 'torn':
      return [...older, ...tornWrite(loose[older.length], rng)]
    case 'subset':
      // A truncation is a change of the file's inode: it does not come after bytes that were written later.
      return loose.filter((step) => step.kind === 'truncate' || rng.whole(0, 1) === 1)
    default:
      return kind satisfies never
  }
}

/** What of a page was written is taken from `written`, or stays as it was. */
const somePages = (safe: Buffer, written: Buffer, rng: Seeded): Buffer => {
  const content = Buffer.alloc(written.length)
  safe.copy(content)
  let end = Math.min(safe.length, written.length)
  for (let at = Math.floor(end / PAGE) * PAGE; at < written.length; at += PAGE) {
    if (rng.whole(0, 1) === 0) continue
    written.copy(content, at, at, at + PAGE)
    end = Math.min(at + PAGE, written.length)
  }
  return rng.whole(0, 1) === 0 ? content : content.subarray(0, end)
}

const contentOf = (file: { safe: Buffer; loose: readonly DataStep[] }, loss: Loss): Buffer => {
  const kept = keptSteps(file.loose, loss)
  const written = kept.reduce(afterStep, file.safe)
  if (loss.kind === 'pages') return somePages(file.safe, file.loose.reduce(afterStep, file.safe), loss.rng)
  if (loss.kind !== 'zeros') return written
  const zeros = Buffer.alloc(written.length)
  file.safe.copy(zeros)
  return zeros
}

const applyName = (names: Map<string, number>, folders: Set<string>, step: NameStep): void => {
  if (step.kind === 'folder') folders.add(step.path)
  else if (step.kind === 'create') names.set(step.path, step.inode)
  else {
    if (names.get(step.path) === step.inode) names.delete(step.path)
    if (step.kind === 'rename') names.set(step.to, step.inode)
  }
}

/** How much of the journal is there: at least all that is durable. */
const keptNames = (state: DiskState, loss: Loss): number => {
  const { names, isSafe } = state
  const least = loss.journal === 'journal' ? isSafe.journal.lastIndexOf(true) + 1 : 0
  if (loss.kind === 'none') return least
  if (loss.kind === 'all') return names.length
  if (loss.kind === 'prefix' || loss.kind === 'torn')
    return Math.max(least, names.filter(({ ended }) => ended <= loss.until).length)
  return loss.rng.whole(least, names.length)
}

const lastOf = (steps: readonly { readonly ended: number }[], rng: Seeded): number =>
  steps.length === 0 ? 0 : rng.oneOf(steps).ended

/** The instants at which something happened that a cut may undo, and one before all. */
const looseSteps = (state: DiskState, journal: Journal): { readonly ended: number }[] => [
  { ended: -1 },
  ...[...state.files.values()].flatMap(({ loose }) => loose),
  ...state.names.filter((_, at) => !state.isSafe[journal][at]),
]

export const imageOf = (state: DiskState, { kind, journal }: Draw, rng: Seeded): Image => {
  const loss: Loss = { kind, journal, rng, until: lastOf(looseSteps(state, journal), rng) }
  const kept = keptNames(state, loss)
  const names = new Map(state.start)
  const folders = new Set<string>()
  for (const [at, step] of state.names.entries())
    if (at < kept || state.isSafe[journal][at]) applyName(names, folders, step)
  const image = new Map<string, Buffer>()
  for (const path of folders) image.set(`${path}/`, Buffer.alloc(0))
  for (const [path, inode] of names)
    image.set(path, contentOf(state.files.get(inode) ?? { safe: Buffer.alloc(0), loose: [] }, loss))
  return image
}

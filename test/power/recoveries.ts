/** Recordings of recoveries: images of a first plan are opened under strace, so that the power can be cut again while LevelDB puts a disk in order. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { seeded } from '../support/seeded.ts'
import { writeImage } from './check-image.ts'
import { drawImage } from './checker.ts'
import { type Recording, type Step, stateAt } from './disk.ts'
import type { Image } from './image.ts'
import type { Said } from './marks.ts'
import type { ImagePlan, Plan } from './plan.ts'
import { record } from './recorder.ts'

const CHILD = fileURLToPath(new URL('workload/recovery-child.ts', import.meta.url))

/** One that lost something and has something to recover. */
const isWorthIt = ({ kind }: ImagePlan): boolean => kind === 'subset' || kind === 'pages' || kind === 'torn'

const imagesToRecover = (plan: Plan, count: number): readonly ImagePlan[] => {
  const rng = seeded(plan.seed)
  const candidates = plan.images.filter(isWorthIt)
  return Array.from({ length: count }, () => rng.oneOf(candidates))
}

const filesOf = (image: Image): Recording['start'] => [...image].filter(([path]) => !path.endsWith('/'))

const within = (folder: string, path: string): string | null =>
  path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : null

/** The steps below one of the watched folders; inodes that were there get the numbers that they would have alone. */
const stepsOf = (all: Recording, folder: string): readonly Step[] => {
  const before = all.start.findIndex(([path]) => within(folder, path) !== null)
  const mine = new Set(
    all.start.flatMap(([path], index) => (within(folder, path) === null ? [] : [index + 1])),
  )
  for (const step of all.steps)
    if (step.kind === 'create' && within(folder, step.path) !== null) mine.add(step.inode)
  return all.steps.flatMap((step): Step[] => {
    if ('inode' in step && !mine.has(step.inode)) return []
    const path = 'path' in step ? within(folder, step.path) : ''
    if (path === null) return []
    const inode =
      'inode' in step ? { inode: step.inode <= all.start.length ? step.inode - before : step.inode } : {}
    const to = step.kind === 'rename' ? { to: within(folder, step.to)! } : {}
    return [{ ...step, ...('path' in step ? { path } : {}), ...inode, ...to } as Step]
  })
}

/** The marks of the first recording until the cut, as if said before the recovery began, and those of the recovery. */
const marksOf = (plan: Plan, image: ImagePlan, all: Recording, index: number): Recording['marks'] => {
  const earlier = plan.recordings[image.recording]!.marks.filter(({ at }) => at <= image.cut)
  const own = all.marks.flatMap(({ at, text }) => {
    const { image: of, said } = JSON.parse(text) as { image: number; said: Said }
    return of === index ? [{ at, text: JSON.stringify(said) }] : []
  })
  return [...earlier.map(({ text }) => ({ at: -1, text })), ...own]
}

/** @param folder private @returns a recording for each of so many images of the plan, drawn by its seed */
export const recordRecoveries = async (
  plan: Plan,
  count: number,
  folder: string,
): Promise<readonly Recording[]> => {
  const watched = { folder: join(folder, 'recovered'), marks: join(folder, 'recovery-marks') }
  mkdirSync(watched.folder)
  const chosen = imagesToRecover(plan, count)
  const starts = chosen.map((image, index) => {
    const drawn = drawImage(plan, image, stateAt(plan.recordings[image.recording]!, image.cut))
    writeImage(drawn, join(watched.folder, String(index)))
    return filesOf(drawn)
  })
  const start = starts.flatMap((files, index) =>
    files.map(([path, content]) => [`${index}/${path}`, content] as const),
  )
  const command = [process.execPath, '--import', 'tsx', CHILD, watched.folder, watched.marks, String(count)]
  const all = await record(watched, [command], start)
  return chosen.map((image, index) => ({
    start: starts[index]!,
    steps: stepsOf(all, String(index)),
    marks: marksOf(plan, image, all, index),
  }))
}

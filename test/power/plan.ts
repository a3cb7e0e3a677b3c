/**
 * Which images are drawn: every boundary of every recording is met before one is met again, and every kind of loss in turn. A plan, and all of its images, follow from seed, number of images and
 * recordings; recordings are never the same twice, because LevelDB's threads are not, so they are kept in a file when something is wrong.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { type Seeded, seeded } from '../support/seeded.ts'
import { boundariesOf, type Journal, type Recording, type Step } from './disk.ts'
import { type Draw, KINDS } from './image.ts'

const JOURNALS: readonly Journal[] = ['journal', 'own']

export interface ImagePlan extends Draw {
  readonly number: number
  /** Index of the recording. */
  readonly recording: number
  /** Index of the boundary among those of its recording, and the boundary. */
  readonly boundary: number
  readonly cut: number
}

export interface Plan {
  readonly seed: number
  readonly recordings: readonly Recording[]
  readonly images: readonly ImagePlan[]
}

export const rngOf = ({ seed }: Pick<Plan, 'seed'>, { number }: Pick<ImagePlan, 'number'>): Seeded =>
  seeded(seed * 1_000_003 + number)

/** @param counts images of each recording */
export const planImages = (
  seed: number,
  recordings: readonly Recording[],
  counts: readonly number[],
): Plan => {
  const images: ImagePlan[] = []
  for (const [index, recording] of recordings.entries()) {
    const boundaries = boundariesOf(recording)
    for (let count = 0; count < counts[index]!; count += 1) {
      const boundary = count % boundaries.length
      const round = Math.floor(count / boundaries.length)
      images.push({
        number: images.length,
        recording: index,
        boundary,
        cut: boundaries[boundary]!,
        kind: KINDS[(boundary + round) % KINDS.length]!,
        journal: JOURNALS[(Math.floor(boundary / KINDS.length) + round) % JOURNALS.length]!,
      })
    }
  }
  return { seed, recordings, images }
}

const ENCODING = 'base64'

interface KeptStep extends Omit<Step, 'kind' | 'bytes' | 'ended'> {
  readonly kind: Step['kind']
  readonly bytes?: string
  /** Absent of a step that never ends, which JSON has no number for. */
  readonly ended?: number
}

interface KeptRecording {
  readonly start: readonly (readonly [string, string])[]
  readonly steps: readonly KeptStep[]
  readonly marks: Recording['marks']
}

const keptStep = (step: Step): KeptStep => {
  const { ended, ...rest } = step
  return {
    ...rest,
    ...('bytes' in step ? { bytes: step.bytes.toString(ENCODING) } : {}),
    ...(Number.isFinite(ended) ? { ended } : {}),
  } as KeptStep
}

const stepOf = ({ ended = Number.POSITIVE_INFINITY, bytes, ...rest }: KeptStep): Step =>
  ({ ...rest, ended, ...(bytes === undefined ? {} : { bytes: Buffer.from(bytes, ENCODING) }) }) as Step

export const savePlan = (file: string, { recordings, ...rest }: Plan): void => {
  const kept = recordings.map(
    ({ start, steps, marks }): KeptRecording => ({
      start: start.map(([path, content]) => [path, content.toString(ENCODING)]),
      steps: steps.map(keptStep),
      marks,
    }),
  )
  writeFileSync(file, JSON.stringify({ ...rest, recordings: kept }))
}

export const loadPlan = (file: string): Plan => {
  const kept = JSON.parse(readFileSync(file, 'utf8')) as Omit<Plan, 'recordings'> & {
    recordings: KeptRecording[]
  }
  const recordings = kept.recordings.map(({ start, steps, marks }) => ({
    start: start.map(([path, content]) => [path, Buffer.from(content, ENCODING)] as const),
    steps: steps.map(stepOf),
    marks,
  }))
  return { ...kept, recordings }
}

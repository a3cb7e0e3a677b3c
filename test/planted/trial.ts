/** Tries plants in copies of the tree: first that all is well without any, then one after another. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readSourceFiles } from '../../.ci/source-files.ts'
import { messageOf } from '../../shared/fault.ts'
import { runNode } from './bounded-run.ts'
import { Copy } from './copy.ts'
import type { Plant } from './plant.ts'
import { needsDist, runTests } from './test-run.ts'
import { type Verdict, verdictOf } from './verdict.ts'

export interface TrialOptions {
  readonly workers: number
  readonly limitMs: number
  readonly isThorough: boolean
}

export interface Tried {
  readonly plant: Plant
  readonly verdict: Verdict
  readonly seconds: number
}

const IN_PROCESS = /^test\/(?:hub|shared|vendor|driver|support|system)\/.*\.test\.ts$/

/** All tests together take longer than those of one plant. */
const BASELINE_LIMITS = 5

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)]

const testsOf = (copy: Copy, { tests }: Plant, isThorough: boolean): readonly string[] => {
  if (!isThorough) return tests
  const all = readSourceFiles(copy.root, ['test']).map(({ path }) => path)
  return distinct([...all.filter((path) => IN_PROCESS.test(path)), ...tests])
}

const testFaults = async (copy: Copy, files: readonly string[], limitMs: number): Promise<string[]> => {
  if (files.length === 0) return []
  const run = await runTests(copy, files, limitMs)
  if (!run.isComplete) return [`the tests do not run to their end: ${run.lastLines.slice(-8).join(' | ')}`]
  return run.failed.map((title) => `fails without a plant: ${title}`)
}

/** What is wrong with the tree itself, a line each: then no plant tells anything. */
const baselineFaults = async (
  copies: readonly Copy[],
  plants: readonly Plant[],
  { limitMs, isThorough }: TrialOptions,
): Promise<string[]> => {
  const [copy] = copies as [Copy]
  const files = distinct(plants.flatMap((plant) => testsOf(copy, plant, isThorough))).sort()
  const missing = files.filter((file) => !existsSync(join(copy.root, file)))
  if (missing.length > 0) return missing.map((file) => `${file} is not there`)
  const shares = copies.map((_, share) => files.filter((_, index) => index % copies.length === share))
  const faults = await Promise.all(
    copies.map((one, share) => testFaults(one, shares[share]!, BASELINE_LIMITS * limitMs)),
  )
  return faults.flat()
}

const programmeFaults = async (
  copy: Copy,
  plants: readonly Plant[],
  { limitMs }: TrialOptions,
): Promise<string[]> => {
  const faults: string[] = []
  for (const command of distinct(plants.flatMap(({ programme }) => programme?.join(' ') ?? []))) {
    const { exitCode, lastLines } = await runNode(copy, command.split(' '), { limitMs })
    if (exitCode !== 0) faults.push(`fails without a plant: ${command}: ${lastLines.slice(-3).join(' | ')}`)
  }
  return faults
}

/** A programme that fails because the file cannot be read any more would look like one that has caught something. */
const parses = async (copy: Copy, { file }: Plant, limitMs: number): Promise<boolean> => {
  const check = ['--import', 'tsx', '--import', `./${file}`, '--eval', '']
  return (await runNode(copy, check, { limitMs })).exitCode === 0
}

const verdictIn = async (
  copy: Copy,
  plant: Plant,
  { limitMs, isThorough }: TrialOptions,
): Promise<Verdict> => {
  copy.apply(plant)
  const { programme } = plant
  if (programme !== undefined && !(await parses(copy, plant, limitMs)))
    return { kind: 'fault', reason: `${plant.file} cannot be loaded with the change` }
  const tests =
    plant.tests.length > 0 ? await runTests(copy, testsOf(copy, plant, isThorough), limitMs) : null
  const ran = programme === undefined ? null : await runNode(copy, programme, { limitMs })
  return verdictOf(plant, { tests, programme: ran, isThorough })
}

const tryPlant = async (copy: Copy, plant: Plant, options: TrialOptions): Promise<Tried> => {
  const startMs = Date.now()
  let verdict: Verdict
  try {
    verdict = await verdictIn(copy, plant, options)
  } catch (thrown) {
    verdict = { kind: 'fault', reason: messageOf(thrown) }
  } finally {
    copy.restore()
  }
  return { plant, verdict, seconds: (Date.now() - startMs) / 1000 }
}

const makeCopies = (tree: string, count: number): Copy[] => {
  const packages = join(tree, 'node_modules')
  const first = Copy.make(tree, packages)
  // Of the first one: the tree itself may be edited meanwhile.
  return [first, ...Array.from({ length: count - 1 }, () => Copy.make(first.root, packages))]
}

const costOf = ({ tests, programme }: Plant): number =>
  (programme === undefined ? 0 : 2) + (needsDist(tests) ? 1 : 0)

export interface Trial {
  /** Why nothing was planted; empty if all was well. */
  readonly baseline: readonly string[]
  readonly tried: readonly Tried[]
}

/** @param report called for each plant when it has been tried */
export const tryPlants = async (
  tree: string,
  plants: readonly Plant[],
  options: TrialOptions,
  report: (tried: Tried) => void,
): Promise<Trial> => {
  const copies = makeCopies(tree, Math.min(options.workers, plants.length))
  const removeCopies = () => {
    for (const copy of copies) copy.remove()
  }
  process.once('exit', removeCopies)
  const baseline = [
    ...(await baselineFaults(copies, plants, options)),
    ...(await programmeFaults(copies[0]!, plants, options)),
  ]
  // The longest ones first, so that no worker is left alone with them.
  const waiting = baseline.length > 0 ? [] : plants.toSorted((one, other) => costOf(other) - costOf(one))
  const tried: Tried[] = []
  const work = async (copy: Copy): Promise<void> => {
    for (let plant = waiting.shift(); plant !== undefined; plant = waiting.shift()) {
      const result = await tryPlant(copy, plant, options)
      tried.push(result)
      report(result)
    }
  }
  await Promise.all(copies.map(work))
  process.off('exit', removeCopies)
  removeCopies()
  return { baseline, tried }
}

/** Runs mocha on some of the tests in a copy, and tells which of them failed. */
import { type BoundedRun, runNode } from './bounded-run.ts'
import type { Copy } from './copy.ts'

export interface TestRun {
  readonly passed: number
  /** Full titles of the tests that failed, each once. */
  readonly failed: readonly string[]
  /** Did mocha come to its end? If not, `lastLines` say more, unless the time was over. */
  readonly isComplete: boolean
  readonly isOutOfTime: boolean
  readonly lastLines: readonly string[]
}

/** Of a test that sets none: with a plant many wait for what never comes. */
const TEST_TIMEOUT_MS = 15_000

const MOCHA = [
  'node_modules/mocha/bin/mocha.js',
  '--no-config',
  '--node-option=import=tsx',
  '--require=test/support/root-hooks.ts',
  '--reporter=json-stream',
  `--timeout=${TEST_TIMEOUT_MS}`,
]

/** Tests of whole programs run what was built, and a browser is served it. */
export const needsDist = (files: readonly string[]): boolean =>
  files.some((file) => /^test\/(?:process|bin|browser|ci)\//.test(file))

/** The events of mocha's reporter `json-stream`; a test may print lines between them. */
const readEvent = (line: string): { name: string; value: { fullTitle?: string } } | null => {
  if (!/^\["(?:start|pass|fail|end)",/.test(line)) return null
  try {
    const [name, value] = JSON.parse(line) as [string, { fullTitle?: string }]
    return { name, value }
  } catch {
    return null
  }
}

const summaryOf = (run: BoundedRun, count: { passed: number; isComplete: boolean }, failed: Set<string>) => ({
  ...count,
  failed: [...failed],
  isOutOfTime: run.isOutOfTime && !count.isComplete,
  lastLines: run.lastLines.filter((line) => readEvent(line) === null),
})

/** Builds what the tests run, if they run any; what the compiler complained about, or null. */
const buildFor = async (
  copy: Copy,
  files: readonly string[],
  limitMs: number,
): Promise<BoundedRun | null> => {
  if (!needsDist(files)) return null
  const build = await runNode(copy, ['bin/build.js'], { limitMs })
  return build.exitCode === 0 ? null : build
}

export const runTests = async (copy: Copy, files: readonly string[], limitMs: number): Promise<TestRun> => {
  const failed = new Set<string>()
  const count = { passed: 0, isComplete: false }
  const complaint = await buildFor(copy, files, limitMs)
  if (complaint !== null) return summaryOf(complaint, count, failed)
  const onLine = (line: string): boolean => {
    const event = readEvent(line)
    if (event?.name === 'pass') count.passed += 1
    if (event?.name === 'fail') failed.add(event.value.fullTitle ?? '(no title)')
    if (event?.name === 'end') count.isComplete = true
    return count.isComplete
  }
  const run = await runNode(copy, [...MOCHA, ...files], { limitMs, onLine })
  return summaryOf(run, count, failed)
}

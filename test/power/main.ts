/**
 * `npm run power`: disks as they may be after a power cut, and disks with flipped bits. Exit code 1 if one does not open, lacks what was confirmed, or serves what was never written; 2 if it
 * cannot be run here.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { Fault } from '../../shared/fault.ts'
import { runCommandLine, wholeNumber } from '../support/command-line.ts'
import { mayTrace } from '../support/trace.ts'

/** Calls `run` with a private folder, which it may ask to keep. */
const inFolder = async (run: (folder: string, keep: () => void) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'power-'))
  let isKept = false
  try {
    await run(folder, () => {
      isKept = true
    })
  } finally {
    if (!isKept) rmSync(folder, { recursive: true, force: true })
  }
}

const needTracing = (): void => {
  if (!mayTrace())
    throw new Fault(
      'configuration',
      'strace is needed to record what is written, and is not there or may not be used: install it, on Linux.',
    )
}

interface CutOptions {
  readonly images: number
  readonly seed: number
  readonly workers: number
  readonly json?: true
}

const cutImages = ({ images, seed, workers, json }: CutOptions): Promise<void> =>
  inFolder(async (folder, keep) => {
    needTracing()
    const { boundaryCount, checkPlan, preparePlan } = await import('./run.ts')
    const { inWords, reportOf } = await import('./report.ts')
    const began = performance.now()
    const plan = await preparePlan({ images, seed, folder })
    const checked = await checkPlan(plan, { images, seed, workers, folder })
    const report = reportOf({
      seed,
      planFile: join(folder, 'plan.json'),
      boundaries: boundaryCount(plan),
      seconds: (performance.now() - began) / 1000,
      checked,
    })
    process.stdout.write(`${json ? JSON.stringify(report) : inWords(report)}\n`)
    if (report.violations.length === 0) return
    keep()
    process.exitCode = 1
  })

interface RebuildOptions {
  readonly plan: string
  readonly image: number
  readonly keep: string
}

const rebuild = async ({ plan: file, image: number, keep }: RebuildOptions): Promise<void> => {
  const { keepImage } = await import('./keep-image.ts')
  const { kept, faults } = await keepImage(file, number, keep)
  process.stdout.write(`${[`the image is in ${kept}`, ...faults].join('\n')}\n`)
  if (faults.length > 0) process.exitCode = 1
}

const runCuts = (options: CutOptions & Partial<RebuildOptions>): Promise<void> => {
  const { plan, image, keep } = options
  if (plan === undefined && image === undefined && keep === undefined) return cutImages(options)
  if (plan === undefined || image === undefined || keep === undefined)
    throw new Fault('configuration', 'To build one image, --plan, --image and --keep are needed together.')
  return rebuild({ plan, image, keep })
}

const program = new Command('power').description('Disks after a power cut, and disks that lie')
program
  .command('cuts', { isDefault: true })
  .description(
    'record a hub and an outbox at work, rebuild disks as a power cut may leave them, open and check each',
  )
  .option('--images <number>', 'images to draw', wholeNumber(0), 2000)
  .option('--seed <number>', 'of the workload and of what is lost', wholeNumber(0), 1)
  .option('--workers <number>', 'processes that check images', wholeNumber(0), availableParallelism())
  .option('--json', 'the report as JSON')
  .option('--plan <file>', 'of an earlier run that found something')
  .option('--image <number>', 'of that plan, to build alone', wholeNumber(0))
  .option('--keep <folder>', 'where to build it')
  .action(runCuts)

interface FlipOptions {
  readonly flips: number
  readonly seed: number
  readonly workers: number
  readonly json?: true
}

const flipBits = ({ flips, seed, workers, json }: FlipOptions): Promise<void> =>
  inFolder(async (folder) => {
    const { flipReportOf, flipsInWords, runFlips } = await import('./flip-run.ts')
    const report = flipReportOf(await runFlips({ flips, seed, workers, folder }))
    process.stdout.write(`${json ? JSON.stringify(report) : flipsInWords(report)}\n`)
    if (report.violations.length > 0) process.exitCode = 1
  })

program
  .command('flips')
  .description('flip bits and overwrite blocks in folders of a hub and an outbox, open and read them')
  .option('--flips <number>', 'flips to try', wholeNumber(0), 1000)
  .option('--seed <number>', 'of the workload and of the flips', wholeNumber(0), 1)
  .option('--workers <number>', 'processes that try them', wholeNumber(0), availableParallelism())
  .option('--json', 'the report as JSON')
  .action(flipBits)

await runCommandLine(program)

/** A run of flips in several processes. One that dies over a flip is a violation: what is damaged must be told, not crashed over. */
import { fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Home, kindOfFile, OUTCOMES, type Outcome } from './bit-flips.ts'
import { makeHomes } from './flip-homes.ts'

const CHILD = fileURLToPath(new URL('flip-child.ts', import.meta.url))

export interface FlipRunOptions {
  readonly flips: number
  readonly seed: number
  readonly workers: number
  /** Private. */
  readonly folder: string
}

export interface FlipResult {
  readonly number: number
  readonly home: string
  readonly file: string
  readonly at: number
  readonly outcome: Outcome
  readonly detail: string
}

const keepHomes = (file: string, homes: readonly Home[]): void =>
  writeFileSync(file, JSON.stringify(homes.map((home) => ({ ...home, rows: [...home.rows] }))))

/** @returns the number of the flip that the process died over; null if it came to its end */
const runFrom = (
  first: number,
  { flips, seed, workers, folder }: FlipRunOptions,
  heard: (result: FlipResult) => void,
): Promise<number | null> =>
  new Promise((resolve, reject) => {
    const scratch = join(folder, `flip-${first % workers}`)
    const args = [join(folder, 'homes.json'), scratch, first, workers, flips, seed].map(String)
    const child = fork(CHILD, args, { execArgv: ['--import', 'tsx'] })
    let next = first
    child.on('message', (message) => {
      next += workers
      heard(message as FlipResult)
    })
    child.on('error', reject)
    child.on('close', (code) => resolve(code === 0 ? null : next))
  })

const runShare = async (
  share: number,
  options: FlipRunOptions,
  heard: (result: FlipResult) => void,
): Promise<void> => {
  for (let first: number | null = share; first !== null && first < options.flips; ) {
    const died = await runFrom(first, options, heard)
    if (died === null) return
    heard({ number: died, home: '?', file: '?', at: 0, outcome: 'violation', detail: 'the process died' })
    first = died + options.workers
  }
}

export const runFlips = async (options: FlipRunOptions): Promise<readonly FlipResult[]> => {
  keepHomes(join(options.folder, 'homes.json'), await makeHomes(options.folder, options.seed))
  const results: FlipResult[] = []
  await Promise.all(
    Array.from({ length: options.workers }, (_, share) =>
      runShare(share, options, (result) => results.push(result)),
    ),
  )
  return results.sort((one, other) => one.number - other.number)
}

export interface FlipReport {
  readonly flips: number
  readonly byFile: Readonly<Record<string, Readonly<Record<Outcome, number>>>>
  readonly violations: readonly FlipResult[]
}

const homeKind = (home: string): string => home.split(' ')[0]!

export const flipReportOf = (results: readonly FlipResult[]): FlipReport => {
  const byFile: Record<string, Record<Outcome, number>> = {}
  for (const { home, file, outcome } of results) {
    const name = `${homeKind(home)} ${kindOfFile(file)}`
    const counts = byFile[name] ?? { harmless: 0, reported: 0, tail: 0, violation: 0 }
    byFile[name] = { ...counts, [outcome]: counts[outcome] + 1 }
  }
  return {
    flips: results.length,
    byFile,
    violations: results.filter(({ outcome }) => outcome === 'violation'),
  }
}

export const flipsInWords = ({ flips, byFile, violations }: FlipReport): string =>
  [
    `${flips} flips`,
    ...Object.entries(byFile)
      .sort()
      .map(
        ([file, counts]) =>
          `  ${file}: ${OUTCOMES.map((outcome) => `${counts[outcome]} ${outcome}`).join(', ')}`,
      ),
    `${violations.length} violations`,
    ...violations
      .slice(0, 10)
      .map(({ number, home, file, at, detail }) => `flip ${number} of ${home}, ${file} at ${at}: ${detail}`),
  ].join('\n')

/**
 * Proves the proof: plants bugs in copies of the tree, one at a time, and asks the tests (and some programmes) whether they notice. A bug that survives is a
 * missing test. `npm run test:planted -- --help` lists the options.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { wholeNumber } from '../support/command-line.ts'
import { PLANTS } from './plants.ts'
import { jsonOf, lineOf, summaryLines, summaryOf } from './report.ts'
import { chosenPlants, rulesWithoutPlant } from './selection.ts'
import { tryPlants } from './trial.ts'

interface Options {
  readonly only?: string
  readonly section?: string
  readonly workers: number
  readonly limitS: number
  readonly thorough?: true
  readonly json?: true
}

const options = new Command('test:planted')
  .description('Plants bugs in copies of the tree and says which test catches each.')
  .option('--only <text>', 'a rule, or a part of the name')
  .option('--section <letters>', 'the rules of one section, or `named`')
  .option('--workers <count>', 'plants tried at a time', wholeNumber(1), 2)
  .option('--limit-s <seconds>', 'longest time for a plant', wholeNumber(1), 180)
  .option('--thorough', 'asks all tests that run in one process, not only those of the part')
  .option('--json', 'prints one JSON document instead of lines')
  .parse()
  .opts<Options>()

const root = fileURLToPath(new URL('../..', import.meta.url))
const rules = readFileSync(new URL('../../docs/RULES.md', import.meta.url), 'utf8')
const plants = chosenPlants(PLANTS, options)
const print = (line: string) => void process.stdout.write(`${line}\n`)

// Whoever is running is ended, and the copies are removed, when this process exits.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const trial = await tryPlants(
  root,
  plants,
  { workers: options.workers, limitMs: options.limitS * 1000, isThorough: options.thorough ?? false },
  (tried) => options.json || print(lineOf(tried)),
)
const summary = summaryOf(trial, rulesWithoutPlant(rules, PLANTS, options))
if (options.json) print(jsonOf(trial, summary))
else summaryLines(summary).forEach(print)
process.exitCode = summary.ok && plants.length > 0 ? 0 : 1

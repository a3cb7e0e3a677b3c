import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { reportFaults } from './report-faults.ts'
import { ruleFaults } from './rules.ts'
import { readSourceFiles } from './source-files.ts'

const root = process.argv[2] ?? '.'
const document = readFileSync(join(root, 'docs/RULES.md'), 'utf8')
reportFaults('Rules and tests', ruleFaults(document, readSourceFiles(root, ['test'])))

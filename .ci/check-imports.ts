import { importFaults } from './imports.ts'
import { reportFaults } from './report-faults.ts'
import { readSourceFiles } from './source-files.ts'

reportFaults('Imports', importFaults(readSourceFiles(process.argv[2] ?? '.')))

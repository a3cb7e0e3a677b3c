import { runCommandLine } from './command-line.ts'
import { PROGRAMS } from './programs.ts'

process.exitCode = await runCommandLine(PROGRAMS, process.argv.slice(2), {
  writeOut: (text) => void process.stdout.write(text),
  writeErr: (text) => void process.stderr.write(text),
})

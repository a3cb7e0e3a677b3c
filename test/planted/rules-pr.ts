import type { Plant } from './plant.ts'

const FILE = 'shared/program.ts'
const TESTS = ['test/shared/program.test.ts', 'test/shared/rate-limited-log.test.ts']

export const PR_PLANTS: readonly Plant[] = [
  {
    name: 'does not listen to SIGTERM',
    rule: 'PR1',
    file: FILE,
    from: "process.on('SIGTERM', ask)",
    to: '',
    tests: TESTS,
  },
  {
    name: 'says at a second Ctrl-C that all went well',
    rule: 'PR2',
    file: FILE,
    from: 'process.exit(EXIT.fault)',
    to: 'process.exit(EXIT.ok)',
    tests: TESTS,
  },
  {
    name: 'has no exit code of its own for a refusal by the hub',
    rule: 'PR3',
    file: FILE,
    from: 'refused: EXIT.refused,',
    to: '',
    tests: TESTS,
  },
  {
    name: 'tells a bug without its stack',
    rule: 'PR4',
    file: FILE,
    from: '(thrown as Error)?.stack ?? messageOf(thrown)',
    to: 'messageOf(thrown)',
    tests: TESTS,
  },
  {
    name: 'gives up in silence a stop that takes too long',
    rule: 'PR5',
    file: FILE,
    from: 'Promise.race([running.stop(), late])',
    to: 'Promise.race([running.stop(), late.catch(() => {})])',
    tests: TESTS,
  },
  {
    name: 'logs a line a second less than it may',
    rule: 'PR6',
    file: 'shared/rate-limited-log.ts',
    from: 'if (lines <= options.linesPerSecond)',
    to: 'if (lines < options.linesPerSecond)',
    tests: TESTS,
  },
]

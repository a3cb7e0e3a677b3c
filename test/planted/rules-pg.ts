import type { Plant } from './plant.ts'

const COMMAND_LINE = ['test/bin/command-line.test.ts', 'test/bin/env-example.test.ts']
const ACTORS = ['test/shared/link-story.test.ts', 'test/shared/first-free.test.ts']

export const PG_PLANTS: readonly Plant[] = [
  {
    name: 'has the exit code of a breakdown for an unknown option',
    rule: 'PG1',
    file: 'bin/command-line.ts',
    from: 'EXIT.ok : EXIT.configuration',
    to: 'EXIT.ok : EXIT.fault',
    tests: COMMAND_LINE,
  },
  {
    name: 'helps without the names of variables',
    rule: 'PG2',
    file: 'bin/command-line.ts',
    from: 'setting.variable}',
    to: "''}",
    tests: COMMAND_LINE,
  },
  {
    name: 'tells in .env.example a default that is none',
    rule: 'PG3',
    file: '.env.example',
    from: '#CAPS_URL=http://localhost:3001',
    to: '#CAPS_URL=http://localhost:3000',
    tests: COMMAND_LINE,
  },
  {
    name: 'does not build again what has changed',
    rule: 'PG4',
    file: 'bin/build.js',
    from: 'const stat = statSync(file, { throwIfNoEntry: false })',
    to: 'const stat = null',
    tests: ['test/bin/build.test.ts'],
  },
  {
    name: 'says no more that it waits for the hub after three tries',
    rule: 'PG5',
    file: 'shared/link-story.ts',
    from: ' || attempt % 10 === 0',
    to: '',
    tests: ACTORS,
  },
  {
    name: 'says that it missed 0 events',
    rule: 'PG6',
    file: 'shared/link-story.ts',
    from: 'awayMs <= 0 || queued === 0',
    to: 'awayMs <= 0',
    tests: ACTORS,
  },
  {
    name: 'ends as if something broke when it is displaced',
    rule: 'PG7',
    file: 'shared/link-story.ts',
    from: "'displaced',\n",
    to: "'fault',\n",
    tests: ACTORS,
  },
  {
    name: 'passes over a folder of an unknown format',
    rule: 'PG8',
    file: 'shared/first-free.ts',
    from: "if (codeOf(error) === 'LEVEL_LOCKED')",
    to: "if (codeOf(error) === 'LEVEL_LOCKED' || codeOf(error) === 'in-use')",
    tests: ACTORS,
  },
  {
    name: 'waits at a stop for a hub that is not there',
    rule: 'PG9',
    file: 'shared/actor-settings.ts',
    from: '(isConnected ? 4000 : 500)',
    to: '(isConnected ? 4000 : 4000)',
    tests: ACTORS,
  },
]

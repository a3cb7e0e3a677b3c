import type { Plant } from './plant.ts'

const PLANNED = ['test/bin/simulation.test.ts']
const RUN = ['test/process/all.test.ts']

export const AL_PLANTS: readonly Plant[] = [
  {
    name: 'gives the third vendor the store of the first',
    rule: 'AL1',
    file: 'bin/simulation/plan.ts',
    from: 'DEFAULT_STORES[index] ??',
    to: 'DEFAULT_STORES[index % DEFAULT_STORES.length] ??',
    tests: PLANNED,
  },
  {
    name: 'loses one of the orders that do not divide evenly',
    rule: 'AL2',
    file: 'bin/simulation/plan.ts',
    from: 'index < total % parts',
    to: 'index < (total % parts) - 1',
    tests: PLANNED,
  },
  {
    name: 'shows a command that npm does not pass on',
    rule: 'AL3',
    file: 'bin/simulation/wording.ts',
    from: "starter.startsWith('npm ') ? ' --' : ''",
    to: "''",
    tests: PLANNED,
  },
  {
    name: 'ends with a driver that has no name left',
    rule: 'AL4',
    file: 'bin/simulation/wording.ts',
    from: "program === 'hub' && end === EXIT.inUse",
    to: "program !== 'vendor' && end === EXIT.inUse",
    tests: PLANNED,
  },
  {
    name: 'takes a run with dead letters for complete',
    rule: 'AL5',
    file: 'bin/simulation/books.ts',
    from: '(hub.deadLetters > 0 ?',
    to: '(hub.deadLetters < 0 ?',
    tests: PLANNED,
  },
  {
    name: 'waits ten times as long for the last acknowledgements',
    rule: 'AL6',
    file: 'bin/simulation/counted-run.ts',
    from: 'SETTLE_MS = 15_000',
    to: 'SETTLE_MS = 150_000',
    tests: PLANNED,
  },
  {
    name: 'claims that a hub which it has lost owes nothing',
    rule: 'AL7',
    file: 'bin/simulation/books.ts',
    from: 'hub === null || hasLostHub ?',
    to: 'hub === null || (hasLostHub && hub.owed > 0) ?',
    tests: PLANNED,
  },
  {
    name: 'stops the hub before those who owe it something',
    rule: 'AL8',
    file: 'bin/simulation/simulation.ts',
    from: 'async stop(): Promise<void> {',
    to: `async stop(): Promise<void> {
    await this.#fleet.stop([this.#plan.hub])`,
    tests: RUN,
  },
  {
    name: 'leaves the folder of a counted run behind',
    rule: 'AL9',
    file: 'bin/all.ts',
    from: 'temporary !== null && !simulation.hasLostActor',
    to: 'temporary !== null && simulation.hasLostActor',
    tests: RUN,
  },
  {
    name: 'gives everybody the key',
    rule: 'AL10',
    file: 'bin/simulation/fleet.ts',
    from: 'const { CAPS_SECRET: _, ...known } = environment',
    to: 'const known = environment',
    tests: PLANNED,
  },
  {
    name: 'takes the launcher’s other words for tokens',
    rule: 'AL11',
    file: 'shared/launcher-tokens.ts',
    from: "typeof token === 'string' ? token : null",
    to: 'token ?? null',
    tests: ['test/shared/launcher-tokens.test.ts'],
  },
  {
    name: 'makes a token that ends before anybody has started with it',
    rule: 'AL12',
    file: 'bin/simulation/wording.ts',
    from: "TOKEN_LIFETIME = '12h'",
    to: "TOKEN_LIFETIME = '1s'",
    tests: PLANNED,
  },
]

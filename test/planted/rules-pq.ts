import { POSTGRES } from './parts.ts'
import type { Plant } from './plant.ts'

const IN_PROCESS = [...POSTGRES, 'test/system/postgres.test.ts']

const postgres = (name: string) => ({ file: `hub/ledger/postgres/${name}.ts`, tests: IN_PROCESS }) as const

export const PQ_PLANTS: readonly Plant[] = [
  {
    ...postgres('migrate'),
    rule: 'PQ1',
    name: 'makes its tables in a schema that is somebody else’s',
    from: 'if (!hasVersions) throw foreignFault(connection.place)',
    to: 'if (!hasVersions) return 0',
  },
  {
    ...postgres('cached-rows'),
    rule: 'PQ2',
    name: 'keeps the cached state of a failed group',
    from: '    this.#cache.clear()\n',
    to: '',
  },
  {
    ...{ file: 'hub/intake/intake.ts', tests: IN_PROCESS },
    rule: 'PQ3',
    name: 'counts an event again that is decided again',
    from: '    frame.accepted = []\n',
    to: '',
  },
  {
    ...postgres('write-group'),
    rule: 'PQ4',
    name: 'ignores the fence',
    from: 'fence = $1 AND',
    to: 'fence >= $1 AND',
  },
  {
    ...postgres('reads'),
    rule: 'PQ5',
    name: 'a reader passes a position that is not committed',
    from: '  AND position < (SELECT min(open_from) FROM caps.hubs) ORDER BY',
    to: '  ORDER BY',
  },
  {
    ...postgres('keeper'),
    rule: 'PQ6',
    name: 'all hubs come back to a database at the same time',
    from: 'nextDelayMs(this.#attempt, random())',
    to: 'nextDelayMs(this.#attempt, 0)',
  },
  {
    ...{ file: 'hub/main.ts', tests: IN_PROCESS },
    rule: 'PQ7',
    name: 'says that it is ready while it has no database',
    from: 'isReady && !parts.ledger.isAway',
    to: 'isReady',
  },
  {
    ...postgres('group-writer'),
    rule: 'PQ8',
    name: 'takes a commit of which it never heard for done',
    from: "unknown.number === last ? 'written' : 'refused'",
    to: "'written'",
  },
  {
    ...postgres('group-writer'),
    rule: 'PQ9',
    name: 'confirms what the server says was not replicated',
    from: 'if (!connection.takeWarning() && !connection.isOver)',
    to: 'if (!connection.isOver)',
  },
  {
    ...postgres('connection'),
    rule: 'PQ10',
    name: 'does not say that a database is a standby',
    from: 'if (state.is_standby || state.is_read_only)',
    to: 'if (state.is_standby && !state.is_read_only)',
  },
  {
    ...postgres('connection'),
    tests: ['test/process/postgres.test.ts'],
    rule: 'PQ11',
    name: 'confirms what the server has not synced',
    from: 'local: "SET synchronous_commit = \'local\'"',
    to: 'local: "SET synchronous_commit = \'off\'"',
  },
  {
    ...postgres('arrays'),
    rule: 'PQ12',
    name: 'writes negative numbers as others',
    from: 'buffer.writeInt32BE(Math.floor(value / HIGH), at)',
    to: 'buffer.writeInt32BE(Math.trunc(value / HIGH), at)',
  },
  {
    ...postgres('postgres-ledger'),
    rule: 'PQ13',
    name: 'writes what it decided before it had enough positions, too',
    from: '    this.#tables.forgetGathering()\n',
    to: '',
  },
]

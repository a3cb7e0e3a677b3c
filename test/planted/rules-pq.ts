import { POSTGRES } from './parts.ts'
import type { Plant } from './plant.ts'

const IN_PROCESS = [...POSTGRES, 'test/system/postgres.test.ts', 'test/system/several-hubs.test.ts']

const postgres = (name: string) => ({ file: `hub/ledger/postgres/${name}.ts`, tests: IN_PROCESS }) as const

/** What nearly everything rests on: asked are the tests that are about it, and nothing else. */
const foundation = (name: string, tests: string) =>
  ({ file: `hub/ledger/postgres/${name}.ts`, tests: [`test/hub/ledger/postgres/${tests}.test.ts`] }) as const

export const PQ_PLANTS: readonly Plant[] = [
  {
    ...postgres('migrate'),
    rule: 'PQ1',
    name: 'makes its tables in a schema that is somebody else’s',
    from: 'if (!hasVersions) throw foreignFault(connection.place)',
    to: 'if (!hasVersions) return 0',
  },
  {
    ...foundation('cached-rows', 'conflicts'),
    rule: 'PQ2',
    name: 'keeps the cached state of a failed group',
    from: 'for (const key of rows.keys()) this.#cache.delete(key)',
    to: 'for (const key of rows.keys()) this.#kept.delete(key)',
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
    from: 'fence = @fence AND',
    to: 'fence >= @fence AND',
  },
  {
    ...postgres('reads'),
    rule: 'PQ5',
    name: 'a reader passes a position that is not committed',
    from: 'least((SELECT min(first) FROM caps.blocks), (SELECT',
    to: 'least(NULL, (SELECT',
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
    from: "unknown.number === last ? { kind: 'written', below: null } : { kind: 'refused', told: null }",
    to: "{ kind: 'written', below: null }",
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
    ...foundation('arrays', 'arrays'),
    rule: 'PQ12',
    name: 'writes negative numbers as others',
    from: 'buffer.writeInt32BE(Math.floor(value / HIGH), at)',
    to: 'buffer.writeInt32BE(Math.trunc(value / HIGH), at)',
  },
  {
    ...foundation('postgres-ledger', 'conflicts'),
    rule: 'PQ13',
    name: 'writes what it decided before it had enough positions, too',
    from: '    this.#tables.forgetGathering()\n    this.#tables.forgetKept()\n    this.#positions.exhausted()\n',
    to: '    this.#tables.forgetKept()\n    this.#positions.exhausted()\n',
  },
  {
    ...postgres('transaction'),
    rule: 'PQ14',
    name: 'acknowledges into a queue that another hub serves',
    from: '    return this.#parts.owns(participant)\n',
    to: '    return this.#parts.owns(participant) || participant !== FLEET\n',
  },
  {
    ...postgres('row-columns'),
    rule: 'PQ15',
    name: 'an acknowledgement refuses what another hub makes of the order',
    from: '  after.history.length > before.history.length &&',
    to: '  after.history.length < before.history.length &&',
  },
  {
    ...foundation('write-group', 'several-hubs'),
    rule: 'PQ16',
    name: 'answers from what it remembers of an order',
    from: 'WHERE coalesce(o.version, 0) = n.version) = cardinality(@l_key)',
    to: 'WHERE coalesce(o.version, 0) >= n.version) = cardinality(@l_key)',
  },
  {
    ...postgres('write-group'),
    rule: 'PQ17',
    name: 'does not look whether others have told it something',
    from: 'fence = @fence AND told = @told AND',
    to: 'fence = @fence AND told >= @told AND',
  },
  {
    ...{ file: 'hub/delivery/fresh-outlets.ts', tests: ['test/hub/delivery/fresh-outlets.test.ts'] },
    rule: 'PQ18',
    name: 'a hub that wakes late hands over at once',
    from: 'if (this.#hubs.isFresh && this.#held.length === 0)',
    to: 'if (this.#held.length === 0)',
  },
  {
    ...{ file: 'hub/delivery/leasing.ts', tests: ['test/system/several-hubs.test.ts'] },
    rule: 'PQ19',
    name: 'leaves pickups lying with a hub that has no driver',
    from: 'if (hubs === null || this.#isLooking',
    to: 'if (hubs !== null || this.#isLooking',
  },
  {
    ...{
      file: 'hub/ledger/postgres/fleet-targets.ts',
      tests: ['test/hub/ledger/postgres/fleet-targets.test.ts'],
    },
    rule: 'PQ19',
    name: 'lays pickups with a hub without drivers when others are thought to be full',
    from: 'if (capacity > 0) this.#rooms',
    to: 'if (free > 0) this.#rooms',
  },
  {
    ...postgres('postgres-hubs'),
    rule: 'PQ21',
    name: 'takes a participant over for a connection that has gone',
    from: '(isWanted() ? [participant] : [])',
    to: '(isWanted.length === 0 ? [participant] : [])',
  },
  {
    ...postgres('transaction'),
    rule: 'PQ22',
    name: 'adds to its own queues what lies before what it has announced there',
    from: 'if (isOwn) this.#positions.skipTo(this.#parts.ownFrom)',
    to: 'if (isOwn) this.#positions.skipTo(0)',
  },
  {
    ...postgres('postgres-ledger'),
    rule: 'PQ22',
    name: 'announces what others have added before what it is writing itself to the same queue',
    from: 'ofOwn: this.#firstOwnUnsettled })',
    to: 'ofOwn: Number.MAX_SAFE_INTEGER })',
  },
  {
    ...postgres('postgres-hubs'),
    rule: 'PQ23',
    name: 'keeps to itself until its next sign of life that drivers have come',
    from: '    this.#told = news\n    this.#ledger.ring()\n',
    to: '    this.#told = news\n',
  },
  {
    ...postgres('peers'),
    rule: 'PQ23',
    name: 'all hubs take what waits with one of them',
    from: 'this.others.every((other) => other.free < free',
    to: 'this.others.some((other) => other.free <= free',
  },
  {
    ...postgres('peers'),
    rule: 'PQ20',
    name: 'leaves the drivers of a dead hub alone',
    from: 'for (const one of seen) if (one.isOrphaned)',
    to: 'for (const one of seen) if (one.isOrphaned && one.isLive)',
  },
  {
    ...{
      file: 'hub/ledger/postgres/transaction.ts',
      tests: ['test/hub/ledger/postgres/dead-letters.test.ts'],
    },
    rule: 'PQ24',
    name: 'a letter that another hub has dealt with is dealt with once more',
    from: 'return this.#tables.named.has(at)',
    to: 'return this.#tables.named.has(at) || at.position > 0',
  },
  {
    ...{ file: 'hub/ledger/postgres/peers.ts', tests: ['test/hub/ledger/postgres/peers.test.ts'] },
    rule: 'PQ25',
    name: 'a hub that was away judges others by signs of life that it has not seen',
    from: 'if (nowMs - this.#lookedMs >= UNSEEN_MS) this.begin()',
    to: 'if (nowMs < this.#lookedMs) this.begin()',
  },
  {
    ...foundation('transaction', 'several-hubs'),
    rule: 'PQ26',
    name: 'delivered comes before in-transit, which another hub has accepted',
    from: 'if (events > 1) this.#positions',
    to: 'if (events > 9) this.#positions',
  },
]

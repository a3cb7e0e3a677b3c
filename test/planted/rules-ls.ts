import { DOMAIN, LISTS } from './parts.ts'
import type { Plant } from './plant.ts'

const lists = (name: string) => ({ file: `hub/watch/lists/${name}.ts`, tests: LISTS }) as const
const overHttp = (name: string) =>
  ({ file: `hub/http/${name}.ts`, tests: ['test/system/api-lists.test.ts'] }) as const

export const LS_PLANTS: readonly Plant[] = [
  {
    ...lists('orders'),
    rule: 'LS1',
    name: 'a list goes on behind what was read, not behind what was shown',
    from: 'source.cursorOf(record) }',
    to: 'page.next }',
  },
  {
    ...lists('orders'),
    rule: 'LS2',
    name: 'the store of a search is taken for a part of the id',
    from: 'beginning: search.slice(end + 1)',
    to: 'beginning: search',
  },
  {
    ...lists('orders'),
    rule: 'LS3',
    name: 'a search that finds nothing reads on and on',
    from: '&& looked < MOST_RECORDS',
    to: '&& looked >= 0',
  },
  {
    ...{ file: 'hub/domain/history.ts', tests: [...DOMAIN, ...LISTS] },
    rule: 'LS4',
    name: 'what somebody wrote is taken for the newest thing that happened',
    from: 'if (timeMs !== null) return timeMs',
    to: 'return timeMs',
  },
  {
    ...lists('ranking'),
    rule: 'LS5',
    name: 'among equals the last name comes first',
    from: 'id > other.id',
    to: 'id < other.id',
  },
  {
    ...lists('queues'),
    rule: 'LS6',
    name: 'vendors are not found without their role',
    from: `, \`vendor/\${search}\`]`,
    to: ']',
  },
  {
    ...lists('queue-rows'),
    rule: 'LS7',
    name: 'the youngest event stands for the oldest',
    from: 'Math.min(...times)',
    to: 'Math.max(...times)',
  },
  {
    ...lists('entries'),
    rule: 'LS8',
    name: "one participant's dead letters begin where another one's page has ended",
    from: 'id === cursor.participant ? positionIn(cursor.entry) : 0',
    to: 'positionIn(cursor.entry)',
  },
  {
    ...lists('all-letters'),
    rule: 'LS9',
    name: 'letters that come meanwhile are dropped with the others',
    from: 'position <= upTo',
    to: '!isInSteps || position <= upTo',
  },
  {
    ...lists('owed'),
    rule: 'LS10',
    name: 'a row that was read takes the place of a newer one',
    from: 'if (!changed.has(record.id)) this',
    to: 'this',
  },
  {
    ...overHttp('lists'),
    rule: 'LS11',
    name: 'a field that was left empty is refused',
    from: ".filter(([, text]) => text !== '')",
    to: '',
  },
  {
    ...overHttp('lists'),
    rule: 'LS12',
    name: 'nobody knows who has acted',
    from: 'act(identity.participant,',
    to: "act('operator',",
  },
  {
    ...lists('orders'),
    rule: 'LS13',
    name: 'the map shows orders that have ended',
    from: 'if (record.endedMs !== null) return',
    to: '',
  },
  {
    ...lists('actions'),
    rule: 'LS14',
    name: 'a pause is counted again',
    from: 'done: isDone ? 1 : 0',
    to: 'done: 1',
  },
  {
    ...{ file: 'hub/watch/lists/all-letters.ts', tests: ['test/hub/watch/lists/letters.test.ts'] },
    rule: 'LS15',
    name: 'a step takes what has come since the first one',
    from: "return { participant: participant.join(':'), after: positions[0], upTo: positions[1] }",
    to: "return { participant: participant.join(':'), after: positions[0], upTo: Number.MAX_SAFE_INTEGER }",
  },
]

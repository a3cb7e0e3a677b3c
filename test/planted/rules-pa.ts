import { HTTP, PAGE } from './parts.ts'
import type { Plant } from './plant.ts'

const at = (file: string) => ({ file: `hub/page/${file}`, tests: PAGE })
const PAGES = { file: 'hub/http/pages.ts', tests: [...HTTP, ...PAGE] } as const

export const PA_PLANTS: readonly Plant[] = [
  {
    ...at('addresses.ts'),
    rule: 'PA1',
    name: 'the place of a list is not in its address',
    from: "return address('/dead-letters', { participant: view.participant, after: view.after })",
    to: "return address('/dead-letters', { participant: view.participant })",
  },
  {
    ...PAGES,
    rule: 'PA2',
    name: 'a view is forgotten where the hub gives the page',
    from: "  '/system',\n",
    to: '',
  },
  {
    ...at('addresses.ts'),
    rule: 'PA3',
    name: 'the hub is asked for an empty search',
    from: "...(view.search !== '' && { search: view.search }),",
    to: '...{ search: view.search },',
  },
  {
    ...at('state/state.ts'),
    rule: 'PA4',
    name: 'a late answer is shown below the name of another order',
    from: 'if (look !== state.look) return state',
    to: 'if (look > state.look) return state',
  },
  {
    ...at('state/state.ts'),
    rule: 'PA5',
    name: 'audit lines gather for ever',
    from: '...message.lines].slice(-MOST_AUDIT_LINES)',
    to: '...message.lines]',
  },
  {
    ...at('state/state.ts'),
    rule: 'PA6',
    name: 'a hub is away since the last try to reach it',
    from: 'sinceMs: before.sinceMs',
    to: 'sinceMs: connection.sinceMs',
  },
  {
    ...at('state/course.ts'),
    rule: 'PA7',
    name: 'the hour shows single seconds',
    from: 'points.filter(({ timeMs }) => timeMs > afterMs)',
    to: 'points.slice(-1).filter(({ timeMs }) => timeMs > afterMs)',
  },
  {
    ...at('map/projection.ts'),
    rule: 'PA8',
    name: 'the map moves whenever a driver does',
    from: 'if (before !== null && contains(before, now)) return before',
    to: '',
  },
  {
    ...at('map/motion.ts'),
    rule: 'PA9',
    name: 'a driver starts its way where its last one began',
    from: 'const from = jumps ? to : glidePoint(glide, nowMs)',
    to: 'const from = jumps ? to : glide.from',
  },
  {
    ...at('formats.ts'),
    rule: 'PA10',
    name: 'what is about to come has happened',
    from: 'if (span < -NOW_MS)',
    to: 'if (span < -DAY)',
  },
  {
    ...at('words.ts'),
    rule: 'PA11',
    name: 'a customer hears of drivers that did not want the order',
    from: "    case 'released':\n      return 'Another driver",
    to: "    case 'released':\n    case 'rejected':\n      return 'Another driver",
  },
  {
    ...PAGES,
    rule: 'PA12',
    name: 'the page may talk to any host',
    from: "connect-src 'self' ws://",
    to: "connect-src 'self' ws: ws://",
  },
  {
    ...PAGES,
    rule: 'PA13',
    name: 'a page that was built anew is not looked at',
    from: 'if (built?.mtimeMs !== mtimeMs)',
    to: 'if (built === null)',
  },
  {
    ...PAGES,
    rule: 'PA14',
    name: 'a range is passed on as it came',
    from: '  delete request.headers.range\n',
    to: '',
  },
  {
    file: 'hub/page/index.html',
    tests: ['test/bin/page-size.test.ts'],
    rule: 'PA15',
    name: 'the document has a style of its own',
    from: '<div id="page"></div>',
    to: '<div id="page" style="min-height: 100vh"></div>',
  },
  {
    ...at('map/labels.ts'),
    rule: 'PA30',
    name: 'names are written over those that stand there already',
    from: '![...written, ...fixed].some(',
    to: '!written.some(',
  },
]

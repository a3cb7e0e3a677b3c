import type { Plant } from './plant.ts'

const VIEWS = { tests: ['test/browser/views.test.ts'] }
const OPERATION = { tests: ['test/browser/operation.test.ts'] }
const CUSTOMERS = { tests: ['test/browser/customers.test.ts'] }

/** What only a browser sees. */
export const PA_BROWSER_PLANTS: readonly Plant[] = [
  {
    ...VIEWS,
    rule: 'PA16',
    name: 'the button that holds the page still has no name',
    file: 'hub/page/parts/header.tsx',
    from: `    title={isPaused.value ? 'Let the page move again' : 'Hold the page still'}
    aria-label="Hold the page still"
`,
    to: '',
  },
  {
    ...VIEWS,
    rule: 'PA17',
    name: 'an order in the list leads to all orders',
    file: 'hub/page/views/orders.tsx',
    from: '<Link to={orderView(order.key)} class="id">',
    to: '<Link to={ordersView({ search: order.orderId })} class="id">',
  },
  {
    ...VIEWS,
    rule: 'PA18',
    name: 'drivers stay where they were first seen',
    file: 'hub/page/state/feed.ts',
    from: "  socket.on('moves', tellMoves)\n",
    to: '',
  },
  {
    ...VIEWS,
    rule: 'PA19',
    name: 'the views are as wide as a desk',
    file: 'hub/page/style.css',
    from: '.table {',
    to: '.view { min-width: 900px; }\n.table {',
  },
  {
    ...VIEWS,
    rule: 'PA20',
    name: 'the figures stay as they came first',
    file: 'hub/page/state/feed.ts',
    from: "socket.on('summary', (summary)",
    to: "socket.once('summary', (summary)",
  },
  {
    ...OPERATION,
    rule: 'PA21',
    name: 'the list of queues stays as it was',
    file: 'hub/page/state/feed.ts',
    from: "  socket.on('changed', (changed) => tell({ kind: 'changed', changed, localMs: Date.now() }))\n",
    to: '',
  },
  {
    ...OPERATION,
    rule: 'PA22',
    name: 'what operators do is not heard',
    file: 'hub/page/state/feed.ts',
    from: "  socket.on('audit', (lines) => tell({ kind: 'audit', lines }))\n",
    to: '',
  },
  {
    ...OPERATION,
    rule: 'PA23',
    name: 'a page that has lost the hub says nothing',
    file: 'hub/page/state/feed.ts',
    from: "  tell({ kind: 'connection', connection: { kind: 'away', sinceMs, isStopping } })",
    to: "  if (sinceMs === 0) tell({ kind: 'connection', connection: { kind: 'away', sinceMs, isStopping } })",
  },
  {
    ...CUSTOMERS,
    rule: 'PA24',
    name: 'the token stays in the address',
    file: 'hub/page/state/token.ts',
    from: "  history.replaceState(history.state, '', location.pathname + location.search)\n",
    to: '',
  },
  {
    ...CUSTOMERS,
    rule: 'PA25',
    name: 'a page that is refused for its token tries again for ever',
    file: 'hub/page/state/feed.ts',
    from: "    if (isTokenCode(code) && code !== 'token-not-yet-valid') return refused(code, message)\n",
    to: '',
  },
  {
    ...CUSTOMERS,
    rule: 'PA26',
    name: 'a customer is written into the page as it is',
    file: 'hub/page/views/orders.tsx',
    from: '      {order.customer}\n',
    to: '      <span dangerouslySetInnerHTML={{ __html: order.customer }} />\n',
  },
  {
    ...CUSTOMERS,
    rule: 'PA27',
    name: 'the button that replays does nothing',
    file: 'hub/page/parts/dead-letter-list.tsx',
    from: "if (deed === 'replay') carryOut(deed, selected).then(clear)",
    to: "if (deed === 'replay') clear()",
  },
  {
    ...CUSTOMERS,
    rule: 'PA29',
    name: 'all are those of the first participant on the page',
    file: 'hub/page/views/dead-letters.tsx',
    from: 'whose: participant || EVERYBODY,',
    to: 'whose: participant || list.rows[0]!.participant,',
  },
  {
    tests: ['test/browser/speed.test.ts'],
    rule: 'PA28',
    name: 'each driver is drawn twenty thousand times',
    file: 'hub/page/map/painter.ts',
    from: '      this.#drawDriver(row, point, isMarked)\n',
    to: '      for (let n = 0; n < 20_000; n += 1) this.#drawDriver(row, point, isMarked)\n',
  },
]

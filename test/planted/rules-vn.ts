import type { Plant } from './plant.ts'

const TESTS = ['config', 'journal', 'orders', 'vendor'].map((name) => `test/vendor/${name}.test.ts`)

export const VN_PLANTS: readonly Plant[] = [
  {
    name: 'gives the tills of a store the same order ids',
    rule: 'VN1',
    file: 'vendor/orders.ts',
    from: '[source.seed, source.store, source.till, n]',
    to: '[source.seed, source.store, n]',
    tests: TESTS,
  },
  {
    name: 'makes an order at a rate of 0',
    rule: 'VN2',
    file: 'vendor/pace.ts',
    from: 'perSecond === 0 ? 0 : ',
    to: '',
    tests: TESTS,
  },
  {
    name: 'begins a new run with the progress of the old one',
    rule: 'VN3',
    file: 'vendor/run.ts',
    from: 'base: progress,',
    to: 'base: left?.base ?? progress,',
    tests: TESTS,
  },
  {
    name: 'thanks for a delivery before it is recorded',
    rule: 'VN4',
    file: 'vendor/vendor.ts',
    from: 'await journal.record(id, isOwn)',
    to: 'void journal.record(id, isOwn)',
    tests: TESTS,
  },
  {
    name: 'counts deliveries of other tills as its own',
    rule: 'VN5',
    file: 'vendor/vendor.ts',
    from: 'const isOwn = this.#tally.isOpen(orderId)',
    to: 'const isOwn = true',
    tests: TESTS,
  },
  {
    name: 'makes up in a burst for the orders that it held back',
    rule: 'VN6',
    file: 'vendor/vendor.ts',
    from: 'else this.#pace = { startMs: nowMs, made: 1 }',
    to: '',
    tests: TESTS,
  },
  {
    name: 'serves only the first store of its list',
    rule: 'VN7',
    file: 'vendor/till-folder.ts',
    from: 'openFirstFree(stores, open,',
    to: 'openFirstFree(stores.slice(0, 1), open,',
    tests: ['test/process/actors.test.ts'],
  },
  {
    name: 'measures in seconds what it tells in milliseconds',
    rule: 'VN8',
    file: 'vendor/tally.ts',
    from: 'this.#addLatency(nowMs - madeMs)',
    to: 'this.#addLatency((nowMs - madeMs) / 1000)',
    tests: TESTS,
  },
  {
    name: 'floods its log with positions',
    rule: 'VN9',
    file: 'vendor/vendor.ts',
    from: `log.debug(\`VENDOR: \${driver} is at`,
    to: `log.info(\`VENDOR: \${driver} is at`,
    tests: TESTS,
  },
]

import type { Plant } from './plant.ts'

const FILE = 'driver/driver.ts'
const TESTS = ['test/driver/driver.test.ts', 'test/driver/route.test.ts']

export const DR_PLANTS: readonly Plant[] = [
  {
    name: 'acknowledges no pickup for which it has no room',
    rule: 'DR1',
    file: FILE,
    from: "({ payload }) => this.#take({ ...payload, state: 'assigned' })",
    to: `async ({ payload }) => {
      this.#take({ ...payload, state: 'assigned' })
      if (this.#parcels.size > this.#work.capacity) await new Promise(() => {})
    }`,
    tests: TESTS,
  },
  {
    name: 'says that it has delivered before the hub has confirmed it',
    rule: 'DR2',
    file: FILE,
    from: "await this.#publish('delivered', parcel)",
    to: `log.info(\`DRIVER: delivered \${parcel.progress.orderId}\`)
    await this.#publish('delivered', parcel)`,
    tests: TESTS,
  },
  {
    name: 'takes the newest waiting parcel first',
    rule: 'DR3',
    file: FILE,
    from: 'of this.#parcels.values())',
    to: 'of [...this.#parcels.values()].reverse())',
    tests: TESTS,
  },
  {
    name: 'carries again what it has delivered, when an older answer of the hub names it',
    rule: 'DR4',
    file: FILE,
    from: ' || this.#delivered.has(key)',
    to: '',
    tests: TESTS,
  },
  {
    name: 'drops its parcels when the link ends',
    rule: 'DR5',
    file: FILE,
    from: 'if (!(thrown instanceof Fault) || !Object.hasOwn(CODES, thrown.code)) return',
    to: 'if (!(thrown instanceof Fault)) return',
    tests: TESTS,
  },
  {
    name: 'sends its position ten times a second',
    rule: 'DR6',
    file: FILE,
    from: 'POSITION_PERIOD_MS = 500',
    to: 'POSITION_PERIOD_MS = 100',
    tests: TESTS,
  },
  {
    name: 'knows one name only',
    rule: 'DR7',
    file: 'driver/main.ts',
    from: 'let n = 1; ;',
    to: 'let n = 1; n < 2;',
    tests: ['test/process/actors.test.ts'],
  },
  {
    name: 'begins with a parcel while it stops',
    rule: 'DR8',
    file: FILE,
    from: 'if (this.#isStopped || this.#parcels.has(key)',
    to: 'if (this.#parcels.has(key)',
    tests: TESTS,
  },
  {
    name: 'does not ask again for a parcel that an event of an earlier process makes its own',
    rule: 'DR9',
    file: FILE,
    from: 'if (mayBeMore) this.#askAgain()',
    to: '',
    tests: TESTS,
  },
  {
    name: 'goes to places of its own, whatever the details say',
    rule: 'DR10',
    file: 'driver/route.ts',
    from: 'placeIn(details?.from) ?? ',
    to: '',
    tests: TESTS,
  },
  {
    name: 'goes to the door first that was taken on board first',
    rule: 'DR11',
    file: 'driver/route.ts',
    from: 'if (distance < least)',
    to: 'if (nearest === null)',
    tests: TESTS,
  },
]

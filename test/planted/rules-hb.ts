import { DELIVERY } from './parts.ts'
import type { Plant } from './plant.ts'

/** The rim of the hub has few unit tests: what is tested as a system or as a process names the file that tests that part alone. */
const STOPPING = ['test/system/stop.test.ts']
const AS_A_PROCESS = ['test/process/hub.test.ts']
const CONFIGURATION = ['test/hub/config.test.ts']

export const HB_PLANTS: readonly Plant[] = [
  {
    ...{ file: 'hub/http/health.ts', tests: STOPPING },
    rule: 'HB1',
    name: 'a hub that is about to stop is ready',
    from: 'return isReady() ? answer(',
    to: "return isReady() || path === '/readyz' ? answer(",
  },
  {
    ...{ file: 'hub/http/server.ts', tests: AS_A_PROCESS },
    rule: 'HB2',
    name: 'a port in use is told in the words of the system',
    from: "error.code === 'EADDRINUSE'",
    to: "error.code === 'EACCES'",
  },
  {
    ...{ file: 'hub/config.ts', tests: CONFIGURATION },
    rule: 'HB3',
    name: 'an address that looks like loopback is listened on',
    from: "(isIP(host) === 4 && host.startsWith('127.'))",
    to: "(isIP(host) !== 6 && host.startsWith('127.'))",
  },
  {
    ...{ file: 'hub/config.ts', tests: CONFIGURATION },
    rule: 'HB4',
    name: 'the value of a secret is printed',
    from: 'isConfidential: true,\n  read: keysOf,',
    to: 'read: keysOf,',
  },
  {
    ...{ file: 'hub/http/server.ts', tests: STOPPING },
    rule: 'HB5',
    name: 'a half-sent request keeps the hub from stopping',
    from: 'const cancel = clock.after(GRACE_MS, cutAll)',
    to: 'const cancel = clock.after(100 * GRACE_MS, cutAll)',
  },
  {
    ...{ file: 'hub/disk.ts', tests: ['test/hub/disk.test.ts'] },
    rule: 'HB6',
    name: 'a disk that was low stays low',
    from: 'if (isLow !== free < watermarkBytes)',
    to: 'if (!isLow && free < watermarkBytes)',
  },
  {
    ...{ file: 'hub/hub.ts', tests: STOPPING },
    rule: 'HB7',
    name: 'a hub whose disk has failed waits for it for ever',
    from: 'await Promise.race([this.upkeep.stop().then(() => flushed(this.#parts.ledger)), this.#failed])',
    to: 'await this.upkeep.stop().then(() => flushed(this.#parts.ledger))',
  },
  {
    ...{ file: 'hub/reports.ts', tests: ['test/system/refusals.test.ts'] },
    rule: 'HB8',
    name: 'an accepted event is logged without its payload',
    from: "return this.#log.info(event, 'EVENT')",
    to: "return this.#log.info({ ...event, payload: event.payload.orderId }, 'EVENT')",
  },
  {
    ...{ file: 'hub/ledger/level/positions.ts', tests: ['test/process/kill-hub.test.ts'] },
    rule: 'HB9',
    name: 'positions are used again after a kill',
    from: 'encode(POSITION_KEY, this.#endOfBlock)',
    to: 'encode(POSITION_KEY, this.#last)',
  },
  {
    ...{ file: 'hub/delivery/lease-steps.ts', tests: DELIVERY },
    rule: 'HB10',
    name: 'a wall clock that was set back makes drivers wait',
    from: '(last !== undefined && Date.parse(last.time) > nowMs) ||',
    to: '(last === undefined && nowMs < 0) ||',
  },
  {
    ...{ file: 'hub/start-lines.ts', tests: ['test/hub/start-lines.test.ts'] },
    rule: 'HB11',
    name: 'a hub on all addresses names none that can be used',
    from: "urlOf(hub, reach === 'all addresses' ? 'localhost' : host)",
    to: 'urlOf(hub, host)',
  },
]

/** What the programs say of people, with a key: everything personal that is sent here bears a mark, which is looked for in all that comes out. */
import { expect } from 'chai'
import { type Keys, keysOf } from '../../hub/access/keys.ts'
import { type CapsProcess, killLeftovers, startCapsWith } from '../support/caps-process.ts'
import { driverOf, refusalOf, type TestClient, vendorOf } from '../support/client.ts'
import { askHttp } from '../support/http.ts'
import { type HubProcess, readyHub } from '../support/hub-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { newSecret, tokenFor } from '../support/tokens.ts'

const MARK = 'MARKED'
const DEBUG = 20

const orderOf = (orderId: string, more: object = {}) => ({
  store: 'acme',
  orderId,
  customer: `${MARK} customer`,
  address: `${MARK} address`,
  details: { [`key of ${orderId}`]: `${MARK} details` },
  ...more,
})

/** `{ in: { in: … MARK } }` */
const nested = (depth: number): unknown => (depth === 0 ? MARK : { in: nested(depth - 1) })

/** Orders that are refused, each for another reason. */
const WRONG_ORDERS: readonly unknown[] = [
  MARK,
  [MARK],
  orderOf('B', { customer: MARK.repeat(100) }),
  orderOf('B', { customer: { first: MARK } }),
  orderOf('B', { address: [MARK] }),
  orderOf('B', { address: undefined }),
  orderOf('B', { phone: MARK }),
  orderOf('B', { orderId: '' }),
  orderOf('B', { store: 'bakery' }),
  orderOf('B', { details: MARK }),
  orderOf('B', { details: nested(20) }),
  orderOf('B', { details: { text: MARK.repeat(2000) } }),
  orderOf('B', { details: { texts: Array(300).fill(MARK) } }),
  orderOf('B', { details: Object.fromEntries(Array.from({ length: 3 }, (_, n) => [n, MARK.repeat(1200)])) }),
  orderOf('B', { details: JSON.parse(`{"__proto__":"${MARK}"}`) }),
]

/** Messages that are refused whatever their order. */
const WRONG_MESSAGES: readonly (readonly [message: string, argument: unknown])[] = [
  ['publish', MARK],
  ['publish', [{ event: 'pickup', payload: MARK }, MARK, { event: 'pick-up', payload: orderOf('B') }]],
  ['publish', [{ event: 'pickup', payload: orderOf('B', { customer: [MARK] }), note: MARK }]],
  ['in-transit', { store: 'acme', orderId: 'A', details: { note: MARK } }],
  ['delivered', { store: 'acme', orderId: 'A', customer: MARK }],
  ['track', { orderId: 'B', customer: MARK }],
  ['track', MARK],
  ['release', { store: 'acme', orderId: 'A', reason: MARK }],
  ['token', orderOf('B')],
  ['unknown', orderOf('B')],
  ['leave', MARK],
]

describe('privacy, with a key', function () {
  this.timeout(60_000)
  afterEach(killLeftovers)

  let secret: string
  let keys: Keys
  let hub: HubProcess

  const tokenOf = (participant: string) => tokenFor(keys, participant)

  const startHub = async (...flags: string[]) => {
    secret = newSecret()
    keys = keysOf(secret)!
    const all = ['--data-dir', temporaryFolder(), '--port', '0', '--log-format', 'json', ...flags]
    hub = await readyHub(startCapsWith({ CAPS_SECRET: secret }, 'hub', ...all))
  }

  const till = async (id: string): Promise<TestClient> =>
    vendorOf(hub.url, 'acme', { id, token: await tokenOf(`vendor/acme/${id}`) })

  const actor = async (role: 'vendor' | 'driver', ...flags: string[]): Promise<CapsProcess> => {
    const participant = role === 'vendor' ? 'vendor/acme/shop' : 'driver/bob'
    const all = ['--url', hub.url, '--data-dir', temporaryFolder(), '--log-level', 'trace', ...flags]
    return startCapsWith({ CAPS_TOKEN: await tokenOf(participant) }, role, ...all)
  }

  const marked = (lines: readonly string[]) => lines.filter((line) => line.includes(MARK))

  /** An order of a plain client's goes its way with the real programs; a till rejects one thing with a reason. */
  const carryOne = async (): Promise<CapsProcess[]> => {
    const sender = await till('main')
    const driver = await actor('driver', '--id', 'bob', '--travel-ms', '10')
    const shop = await actor('vendor', '--store', 'acme', '--id', 'shop', '--rate', '0.01')
    await shop.line('connected')
    expect(await sender.ask('pickup', orderOf('A'))).to.include({ ok: true })
    const { reply } = await sender.handed.next(({ event }) => event.payload.orderId === 'A')
    reply({ reject: `${MARK} reason` })
    await driver.line('delivered A')
    await shop.line('delivering A')
    await hub.line('handover failed')
    return [driver, shop]
  }

  it('[PV6] leaves nothing personal in what hub, vendor and driver say, at info level and above', async () => {
    await startHub()
    const programs = [hub, ...(await carryOne())]
    for (const { child } of programs) child.kill('SIGTERM')
    await Promise.all(programs.map(({ ended }) => ended))
    expect(
      hub.lines.filter((line) => line.includes('"EVENT"') && line.includes('"orderId":"A"')),
    ).to.have.length(3)
    expect(programs.flatMap(({ lines }) => marked(lines))).to.deep.equal([])
  })

  it('[PV6] tells it at debug level, in lines of that level alone', async () => {
    await startHub('--log-level', 'debug')
    await carryOne()
    const levels = marked(hub.lines).map((line) => (JSON.parse(line) as { level: number }).level)
    expect([...new Set(levels)]).to.deep.equal([DEBUG])
  })

  it('[PV7] repeats nothing personal in a refusal, nor in a line about it', async () => {
    await startHub()
    const main = await till('main')
    const bob = await driverOf(hub.url, 'bob', { token: await tokenOf('driver/bob') })
    await main.ask('pickup', orderOf('A'))
    const answers: unknown[] = [await main.ask('pickup', orderOf('A', { customer: `${MARK} another` }))]
    for (const order of WRONG_ORDERS) answers.push(await main.ask('pickup', order))
    for (const order of WRONG_ORDERS)
      answers.push(await main.ask('publish', [{ event: 'pickup', payload: order }]))
    for (const [message, argument] of WRONG_MESSAGES)
      for (const { ask } of message === 'leave' ? [] : [main, bob]) answers.push(await ask(message, argument))
    expect(JSON.stringify(answers)).to.not.include(MARK)
    main.socket.emit('pickup', orderOf('B', { details: { bytes: Buffer.from(MARK) } }))
    const refused = answers.flat().filter((answer) => (answer as { ok: boolean }).ok === false)
    expect(refused.length).to.be.greaterThan(WRONG_ORDERS.length * 2 + WRONG_MESSAGES.length)
    hub.child.kill('SIGTERM')
    await hub.ended
    expect(marked(hub.lines)).to.deep.equal([])
  })

  it('[PV7] repeats nothing of a handshake, nor of what comes over HTTP', async () => {
    await startHub()
    const token = await tokenOf('vendor/acme/main')
    const answers = [
      await refusalOf(hub.url, { role: 'vendor', store: 'acme', token, customer: MARK }),
      await refusalOf(hub.url, { role: MARK, token }),
      await refusalOf(hub.url, { role: 'vendor', store: `${MARK} store`, token }),
      await refusalOf(hub.url, { role: 'vendor', store: 'acme', token: MARK }),
    ]
    const operator = await tokenOf('operator/test')
    const path = '/api/orders/acme/A/erase'
    const requests = [
      { token: operator, rawBody: `{"customer": "${MARK}` },
      { token: operator, body: { customer: MARK } },
      { token: MARK, body: {} },
    ]
    for (const request of requests)
      answers.push(await askHttp(hub.port, path, { method: 'POST', ...request }))
    answers.push(
      await askHttp(hub.port, '/api/revocations', {
        method: 'POST',
        token: operator,
        body: { participant: `vendor/${MARK} x/y` },
      }),
    )
    expect(JSON.stringify(answers)).to.not.include(MARK)
    hub.child.kill('SIGTERM')
    await hub.ended
    expect(marked(hub.lines)).to.deep.equal([])
  })
})

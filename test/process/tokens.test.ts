import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { freePort } from '../../bin/simulation/free-port.ts'
import { type Keys, keysOf } from '../../hub/access/keys.ts'
import { signToken, verifyToken } from '../../hub/access/tokens.ts'
import { connectHub } from '../../shared/link/connect-hub.ts'
import {
  type CapsProcess,
  killLeftovers,
  startCaps,
  startCapsWith,
  startProcess,
} from '../support/caps-process.ts'
import { type HubProcess, readyHub, startHub } from '../support/hub-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const outcomeOf = async ({ ended, lines }: CapsProcess) => ({ code: await ended, lines })

describe('tokens and commands as processes', function () {
  this.timeout(60_000)
  let secret: string
  let keys: Keys

  beforeEach(() => {
    secret = randomBytes(32).toString('hex')
    keys = keysOf(secret) as Keys
  })
  afterEach(killLeftovers)

  const keyed = (...args: string[]) => startCapsWith({ CAPS_SECRET: secret }, ...args)

  const keyedHub = (): Promise<HubProcess> =>
    readyHub(keyed('hub', '--data-dir', temporaryFolder(), '--port', '0'))

  const driver = (hub: HubProcess, token: string): CapsProcess => {
    const flags = ['--id', 'd-1', '--url', hub.url, '--data-dir', temporaryFolder()]
    return startCapsWith({ CAPS_TOKEN: token }, 'driver', ...flags)
  }

  const tokenOf = (participant: string, { agoMs = 0, lifetimeMs = 60_000 } = {}): Promise<string> =>
    signToken(keys, { participant }, { nowMs: Date.now() - agoMs, lifetimeMs })

  it('[PG12] prints a token and nothing else', async () => {
    const { code, lines } = await outcomeOf(
      keyed('token', '--role', 'vendor', '--store', 'acme', '--lifetime', '2h'),
    )
    expect([code, lines.length]).to.deep.equal([0, 1])
    const identity = await verifyToken(keys, lines[0] ?? '', Date.now())
    expect(identity).to.include({ role: 'vendor', participant: 'vendor/acme/main' })
    expect('expiresMs' in identity && identity.expiresMs - identity.issuedMs).to.equal(7_200_000)
  })

  it('[PG12] says that there is no key, or that it is none, and does not repeat it', async () => {
    const without = await outcomeOf(startCaps('token', '--role', 'driver', '--id', '7'))
    expect([without.code, without.lines.join()]).to.deep.equal([
      2,
      'There is no key to make a token with: set CAPS_SECRET in the environment or in .env, to the same as the hub has. A hub without one runs open and asks for no tokens.',
    ])
    secret = 'too short'
    const short = await outcomeOf(keyed('token', '--role', 'driver', '--id', '7'))
    expect(short.code).to.equal(2)
    expect(short.lines.join()).to.include('CAPS_SECRET: got a value').and.not.include(secret)
  })

  it('[PG10][PG11] lets an actor in with its token, and tells one without, and one whose token has expired, how to get one', async () => {
    const hub = await keyedHub()
    const good = driver(hub, await tokenOf('driver/d-1'))
    await good.line('connected to the hub')
    good.child.kill('SIGTERM')
    expect(await good.ended).to.equal(0)
    const expired = await tokenOf('driver/d-1', { agoMs: 120_000 })
    for (const [token, what] of [
      ['', 'asks for a token, and there is none here (token-missing)'],
      [expired, 'says that the token has expired (token-expired)'],
    ] as const) {
      const { code, lines } = await outcomeOf(driver(hub, token))
      expect([code, lines.at(-1)]).to.deep.equal([
        5,
        `DRIVER: the hub at ${hub.url} ${what}. Whoever has the hub's key makes a token of driver/d-1 with "npx caps token --role driver --id d-1": start again with it in CAPS_TOKEN.`,
      ])
    }
    expect([...hub.lines, ...good.lines].join()).to.not.include('eyJ')
  })

  it('[LK70][LK56] runs the example of the link library to its end with tokens, and without them says why not', async () => {
    const hub = await keyedHub()
    const tokens = {
      VENDOR_TOKEN: await tokenOf('vendor/example-shop/main'),
      DRIVER_TOKEN: await tokenOf('driver/example-driver'),
    }
    const run = (variables: Record<string, string>) =>
      startProcess(process.execPath, ['examples/link.mjs', hub.url], variables)
    const example = run(tokens)
    await example.line('VENDOR: Thank you for delivering')
    expect(await example.ended).to.equal(0)
    const without = run({})
    await without.line('(token-missing)')
    expect(await without.ended).to.equal(5)
  })

  it('[PG13][PG14] revokes a participant: its connection ends, and a new token lets it in again', async () => {
    const hub = await keyedHub()
    const old = await tokenOf('driver/d-1')
    const first = driver(hub, old)
    await first.line('connected to the hub')
    expect(await outcomeOf(keyed('revoke', 'driver/d-1', '--url', hub.url))).to.deep.equal({
      code: 0,
      lines: ['All tokens of driver/d-1 that were made until now are revoked.'],
    })
    await first.line('have been revoked (token-revoked)')
    expect(await first.ended).to.equal(5)
    expect(await driver(hub, old).ended).to.equal(5)
    const again = driver(hub, await tokenOf('driver/d-1'))
    await again.line('connected to the hub')
  })

  /** Has an order taken by the hub. */
  const placeOrder = async (hub: HubProcess): Promise<void> => {
    const token = () => tokenOf('vendor/acme/main')
    const link = await connectHub({ url: hub.url, role: 'vendor', store: 'acme', token })
    await link.publish('pickup', { store: 'acme', orderId: '17', customer: 'Ada', address: '1 Main St' })
    await link.close({ drain: true })
  }

  it('[PG13][PG14] erases an order, with a key and in open mode, and says when there is none', async () => {
    for (const hub of [await keyedHub(), await startHub(temporaryFolder())]) {
      await placeOrder(hub)
      expect(await outcomeOf(keyed('erase', 'acme', '17', '--url', hub.url))).to.deep.equal({
        code: 0,
        lines: ['The personal fields of order 17 of acme are erased.'],
      })
      const { code, lines } = await outcomeOf(keyed('erase', 'acme', '18', '--url', hub.url))
      expect(code).to.equal(1)
      expect(lines.join()).to.match(
        /has not done it: The hub does not know this order.* \(unknown-order\)\.$/,
      )
    }
  })

  it('[PG14] says that it is refused without the key, or with another one, with exit code 5', async () => {
    const hub = await keyedHub()
    secret = randomBytes(32).toString('hex')
    for (const [asker, why] of [
      [startCaps('revoke', 'driver/7', '--url', hub.url), 'token-missing'],
      [keyed('revoke', 'driver/7', '--url', hub.url), 'token-invalid'],
    ] as const) {
      const { code, lines } = await outcomeOf(asker)
      expect(code).to.equal(5)
      expect(lines.join()).to.match(new RegExp(`refuses the command: .* \\(${why}\\)\\. Set CAPS_SECRET`))
    }
  })

  it('[PG14] says that no hub answers, and what cannot be a participant or an order', async () => {
    const url = ['--url', `http://127.0.0.1:${await freePort()}`]
    for (const [words, code, line] of [
      [['revoke', 'driver/7'], 1, 'No hub answers at'],
      [['erase', 'acme', '17'], 1, 'No hub answers at'],
      [['revoke', 'driver'], 2, 'PARTICIPANT: got "driver", expected vendor/STORE/ID'],
      [['erase', 'acme', '../17'], 2, 'ORDER: got "../17", expected 1 to 64 characters'],
    ] as const) {
      const outcome = await outcomeOf(startCaps(...words, ...url))
      expect(outcome.code).to.equal(code)
      expect(outcome.lines.join()).to.include(line)
    }
  })
})

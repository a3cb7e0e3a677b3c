import { expect } from 'chai'
import { drainTimeMs, STOP_TIME_MS } from '../../shared/actor-settings.ts'
import type { RefusalCode } from '../../shared/codes.ts'
import { Fault } from '../../shared/fault.ts'
import type { LinkStatus } from '../../shared/link/api.ts'
import { durationText, tellLinkStory, watchConnection } from '../../shared/link-story.ts'
import { tokenCommandOf } from '../../shared/token-advice.ts'
import { connected, createStubLink, createStubLog } from '../support/stub-link.ts'

const createTrial = () => {
  const { link, tell } = createStubLink()
  const { log, lines } = createStubLog()
  const story = tellLinkStory(link, {
    log,
    actor: 'VENDOR',
    participant: 'vendor/acme/main',
    url: 'http://hub:3001',
  })
  return { tell, lines, story }
}

const faultAfter = (status: LinkStatus): Promise<Fault> => {
  const { tell, story } = createTrial()
  tell(status)
  return story.catch((fault: Fault) => fault)
}

const waiting = (attempt: number): LinkStatus => ({
  kind: 'waiting',
  reason: 'connect ECONNREFUSED',
  attempt,
  retryInMs: 400,
})

describe('story of a link', () => {
  it('[PG5] says what an actor waits for, and how often it tries', () => {
    const { tell, lines } = createTrial()
    tell(waiting(2))
    expect(lines).to.deep.equal([
      'info VENDOR: waiting for the hub at http://hub:3001 (connect ECONNREFUSED); try 2, the next one in 0.4 s, until it answers',
    ])
  })

  it('[PG5] gives the first tries a line each, and later ones every tenth', () => {
    const { tell, lines } = createTrial()
    for (let attempt = 1; attempt <= 25; attempt += 1) tell(waiting(attempt))
    expect(lines.map((line) => Number(/try (\d+)/.exec(line)?.[1]))).to.deep.equal([1, 2, 3, 10, 20])
  })

  it('[PG6] says at a welcome how long the actor was away and how much it missed', () => {
    const { tell, lines } = createTrial()
    tell(connected({ awayMs: 65_000, queued: 3 }))
    expect(lines.at(-1)).to.equal('info VENDOR: was away for 65 s and missed 3 events, handed over now')
  })

  it('[PG6] says nothing of it when nothing was missed, or at the first connection', () => {
    const { tell, lines } = createTrial()
    tell(connected({ awayMs: 65_000, queued: 0 }))
    tell(connected({ awayMs: 0, queued: 3 }))
    expect(lines.filter((line) => line.includes('away'))).to.deep.equal([])
  })

  it('[PG6] tells durations in a unit that a person would take', () => {
    expect([850, 12_000, 180_000, 18_000_000].map(durationText)).to.deep.equal([
      '850 ms',
      '12 s',
      '3 min',
      '5 h',
    ])
  })

  it('[PG7] ends an actor that was displaced, and says what to do', async () => {
    const fault = await faultAfter({ kind: 'displaced', by: 'c-17' })
    expect(fault.code).to.equal('displaced')
    expect(fault.message).to.include('vendor/acme/main (connection c-17)').and.include('another --id')
  })

  it('[PG7] ends an actor that the hub refuses for good', async () => {
    const fault = await faultAfter({ kind: 'refused', code: 'bad-handshake', message: 'no store' })
    expect(fault.code).to.equal('refused')
    expect(fault.message).to.include('no store (bad-handshake)')
  })

  const TOKEN_TROUBLES: Readonly<Partial<Record<RefusalCode, string>>> = {
    'token-missing': 'asks for a token, and there is none here',
    'token-expired': 'says that the token has expired',
    'token-invalid': 'does not know the token',
    'token-revoked': 'have been revoked',
    'token-mismatch': 'is another participant’s',
    'wrong-role': 'neither a vendor’s nor a driver’s',
  }
  for (const [code, what] of Object.entries(TOKEN_TROUBLES))
    it(`[PG11] says how to get a token when the hub refuses one as ${code}`, async () => {
      const fault = await faultAfter({ kind: 'refused', code: code as RefusalCode, message: 'no' })
      expect(fault.code).to.equal('refused')
      expect(fault.message)
        .to.include('the hub at http://hub:3001')
        .and.include(what)
        .and.include(`(${code})`)
        .and.include(
          '"npx caps token --role vendor --store acme --id main": start again with it in CAPS_TOKEN',
        )
    })

  it('[PG11] names the driver in the command', () => {
    expect(tokenCommandOf('driver/7')).to.equal('token --role driver --id 7')
  })

  it('[PG11] warns when a token cannot be renewed, but not at every try', () => {
    const { tell, lines } = createTrial()
    for (let attempt = 1; attempt <= 9; attempt += 1)
      tell({ kind: 'token-not-renewed', reason: 'no token: away', attempt, retryInMs: 400 })
    expect(lines).to.have.length(3)
    expect(lines[0]).to.equal(
      'warn VENDOR: its token could not be renewed (no token: away); try 1, the next one in 0.4 s, until the old one ends',
    )
  })

  it('[PG7] ends an actor whose outbox cannot be written', async () => {
    const cause = new Error('disk full')
    const told = await faultAfter({ kind: 'fault', fault: new Fault('outbox', 'of the link', { cause }) })
    expect(told).to.include({ code: 'outbox', cause })
    expect(told.message).to.match(/its outbox cannot be written: disk full\. Make room .* start it again/)
  })

  it('[PG9] knows whether there is a connection to drain to', () => {
    const { link, tell } = createStubLink()
    const isConnected = watchConnection(link)
    const seen = [isConnected()]
    for (const status of [connected(), { kind: 'draining' }, { kind: 'disconnected', reason: '' }] as const) {
      tell(status)
      seen.push(isConnected())
    }
    expect(seen).to.deep.equal([false, true, true, false])
    expect(drainTimeMs(true)).to.be.above(drainTimeMs(false)).and.below(STOP_TIME_MS)
  })

  it('[PG7] warns of an event that the hub refuses for good, and of a lost hub', () => {
    const { tell, lines } = createTrial()
    const payload = { store: 'acme', orderId: 'a' }
    tell({ kind: 'failed', failed: { event: 'delivered', payload, code: 'not-held', message: 'not yours' } })
    tell({ kind: 'disconnected', reason: 'transport close' })
    expect(lines).to.deep.equal([
      'warn VENDOR: the hub refuses delivered of a for good: not yours (not-held)',
      'warn VENDOR: lost the hub (transport close)',
    ])
  })
})

/** Every published attack, once, on a hub that runs open and on one with a key. The long runs are `npm run fuzz`. */
import { expect } from 'chai'
import type { Keys } from '../../../hub/access/keys.ts'
import { openClient, orderOf } from '../../support/client.ts'
import { startTestHub, type TestHub } from '../../support/hub.ts'
import { seeded } from '../../support/seeded.ts'
import { newKeys, tokenFor } from '../../support/tokens.ts'
import { carryOut, type Outcome } from '../attack/carry-out.ts'
import { LastSent } from '../attack/last-sent.ts'
import { Pace } from '../attack/pace.ts'
import { claimOf, participantOf } from '../grammar/names.ts'
import { CORPUS } from './corpus.ts'
import type { CorpusCase } from './corpus-case.ts'
import { PACKET_CASES } from './packet-cases.ts'
import { POLLING_CASES } from './polling-cases.ts'
import { REQUEST_CASES } from './request-cases.ts'
import { WATCH_CASES } from './watch-cases.ts'
import { WEB_SOCKET_CASES } from './websocket-cases.ts'

const tokenOf = async (keys: Keys | null, participant: string): Promise<Record<string, string>> =>
  keys === null ? {} : { [participant]: await tokenFor(keys, participant) }

const attack = async ({ port }: TestHub, keys: Keys | null, one: CorpusCase): Promise<Outcome> => {
  const session = CORPUS.indexOf(one) * 4
  const claim = claimOf(session)
  const tokens = { ...(await tokenOf(keys, participantOf(claim))), ...(await tokenOf(keys, 'operator/fuzz')) }
  const steps = one.steps({ random: seeded(session), claim, captured: [], tokens })
  const script = { name: one.name, isReading: one.isReading ?? true, steps }
  const target = { port, pace: new Pace(0), lastSent: new LastSent(), isOver: () => false }
  return carryOut(script, session, target)
}

const stillServes = async ({ url }: TestHub, keys: Keys | null): Promise<void> => {
  const [till, driver] = ['vendor/good/main', 'driver/good']
  const [tillToken, driverToken] = [await tokenOf(keys, till), await tokenOf(keys, driver)]
  const vendor = openClient(url, { role: 'vendor', store: 'good', ...(keys && { token: tillToken[till] }) })
  const carrier = openClient(url, { role: 'driver', id: 'good', ...(keys && { token: driverToken[driver] }) })
  await Promise.all([vendor.welcomes.next(), carrier.welcomes.next()])
  expect(await vendor.ask('pickup', orderOf('good', 'o-1'))).to.include({ ok: true })
  ;(await carrier.handed.next(({ event }) => event.payload.store === 'good')).reply()
  for (const event of ['in-transit', 'delivered'])
    expect(await carrier.ask(event, { store: 'good', orderId: 'o-1' })).to.include({ ok: true })
}

const AT_A_TIME = 8

const KINDS = {
  packets: PACKET_CASES,
  polling: POLLING_CASES,
  requests: REQUEST_CASES,
  frames: WEB_SOCKET_CASES,
  'those who watch': WATCH_CASES,
}

describe('the corpus of attacks', () => {
  for (const mode of ['open', 'keys'] as const)
    for (const [kind, cases] of Object.entries(KINDS))
      it(`[SK13] of ${kind} leaves a hub in ${mode} mode standing and serving`, async () => {
        const keys = mode === 'keys' ? newKeys() : null
        const hub = await startTestHub(keys === null ? {} : { keys })
        for (let from = 0; from < cases.length; from += AT_A_TIME) {
          const some = cases.slice(from, from + AT_A_TIME)
          const outcomes = await Promise.all(some.map((one) => attack(hub, keys, one)))
          const unanswered = some.filter((_, index) => outcomes[index]!.end === 'silent')
          expect(unanswered.map(({ name }) => name)).to.deep.equal([])
        }
        await stillServes(hub, keys)
      })

  it('[SK13] has each attack once, with a number that is one of a CVE or of a GHSA where it was published', () => {
    const names = CORPUS.map(({ name }) => name)
    expect(new Set(names).size).to.equal(names.length)
    for (const { source } of CORPUS)
      if (source !== undefined)
        expect(source).to.match(
          /^(?:CVE-20\d\d-\d{4,5}(?:, GHSA(?:-[a-z0-9]{4}){3})?|GHSA(?:-[a-z0-9]{4}){3})$/,
        )
  })
})

/** The lists and actions that the hub offers scripts over HTTP, against a real hub with real clients. */
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import type { AuditLine, EntryRow, OrderRow, QueueRow, Summary } from '../../shared/watch.ts'
import { driverOf, openClient, orderOf, vendorOf } from '../support/client.ts'
import { askHttp } from '../support/http.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { newKeys, type TokenSettings, tokenFor } from '../support/tokens.ts'

interface Answer {
  readonly ok: boolean
  readonly code?: string
  readonly message?: string
  readonly rows: readonly (OrderRow & QueueRow & EntryRow)[]
  readonly next: string | null
  readonly queue: QueueRow
  readonly summary: Summary
  readonly lines: readonly AuditLine[]
  readonly done: number
}

const get = async ({ port }: TestHub, path: string, token?: string): Promise<Answer & { status: number }> => {
  const { status, body } = await askHttp(port, path, token === undefined ? {} : { token })
  return { ...(body as Answer), status }
}

const act = async (
  { port }: TestHub,
  body: unknown,
  token?: string,
): Promise<Answer & { status: number }> => {
  const asked = { method: 'POST', body, ...(token !== undefined && { token }) }
  const answer = await askHttp(port, '/api/actions', asked)
  return { ...(answer.body as Answer), status: answer.status }
}

const idsIn = ({ rows }: Answer): string[] => rows.map(({ key }) => key)

/** A hub with three orders of acme, of which o-3 is in transit with driver d, and one of globex. */
const startWithOrders = async (): Promise<TestHub> => {
  const hub = await startTestHub()
  const acme = await vendorOf(hub.url, 'acme')
  for (const orderId of ['o-1', 'o-2', 'o-3']) await acme.ask('pickup', orderOf('acme', orderId))
  await (await vendorOf(hub.url, 'globex')).ask('pickup', orderOf('globex', 'o-1'))
  return hub
}

describe('the lists over HTTP', () => {
  it('[LS11] tell orders newest first, filtered as the query says, page by page', async () => {
    const hub = await startTestHub()
    const acme = await vendorOf(hub.url, 'acme')
    for (let number = 1; number <= 60; number += 1) await acme.ask('pickup', orderOf('acme', `o-${number}`))
    const first = await get(hub, '/api/orders')
    expect(first).to.include({ status: 200, ok: true })
    expect(first.rows).to.have.length(50)
    expect(first.rows[0]).to.include({ key: 'acme/o-60', state: 'waiting', driver: null, owed: 1 })
    const second = await get(hub, `/api/orders?after=${encodeURIComponent(first.next!)}`)
    expect([second.rows.length, second.next]).to.deep.equal([10, null])
    expect(idsIn(await get(hub, '/api/orders?search=acme/o-1&state=waiting&driver='))).to.have.length(11)
    const { acceptedMs } = second.rows.at(-1)!
    expect((await get(hub, `/api/orders?store=acme&fromMs=${acceptedMs}`)).rows).to.have.length(50)
    expect((await get(hub, `/api/orders?toMs=${acceptedMs}`)).rows).to.have.length(0)
  })

  it('[LS11] refuse a query that is not of its form, naming the field', async () => {
    const hub = await startTestHub()
    for (const [path, name] of [
      ['/api/orders?state=lost', 'state'],
      ['/api/orders?fromMs=yesterday', 'fromMs'],
      ['/api/orders?toMs=99999999999999999', 'toMs'],
      ['/api/orders?colour=red', 'colour'],
      ['/api/orders?__proto__=x', '__proto__'],
      ['/api/orders?search=%F0%9F%9A%9A', 'search'],
      [`/api/orders?after=${'x'.repeat(600)}`, 'after'],
      ['/api/queues?onlyTrouble=perhaps', 'onlyTrouble'],
      ['/api/queues/fleet?place=nowhere', 'place'],
      ['/api/queues/fleet?participant=driver/d', 'nothing'],
      ['/api/dead-letters?participant=somebody', 'participant'],
    ] as const) {
      const answer = await get(hub, path)
      if (name === 'nothing') expect(answer.queue.participant).to.equal('fleet')
      else {
        expect([path, answer.status, answer.code]).to.deep.equal([path, 400, 'bad-request'])
        expect(answer.message).to.match(new RegExp(`^${name}:`))
      }
    }
  })

  it('[LS11][LS12] say what was expected', async () => {
    const hub = await startTestHub()
    const { message } = await get(hub, '/api/orders?state=lost&colour=red')
    expect(message).to.contain('state: expected waiting, assigned, in-transit or delivered')
    expect(message).to.contain('colour: nothing of this name')
    const asked = { action: 'drop', participant: 'fleet', entries: [7] }
    expect((await act(hub, asked)).message).to.match(/^entries: expected a list of at most 1000 names/)
    expect((await act(hub, { action: 'explode' })).message).to.equal(
      'action: expected pause, resume, replay or drop',
    )
  })

  it('[LS11] tell queues and what lies in them', async () => {
    const hub = await startWithOrders()
    const queues = await get(hub, '/api/queues')
    expect(queues.rows.map(({ participant }) => participant)).to.deep.equal([
      'fleet',
      'vendor/acme/main',
      'vendor/globex/main',
    ])
    expect(queues.rows[0]).to.include({ depth: 4, connected: false, trouble: true })
    expect((await get(hub, '/api/queues?onlyTrouble=true')).rows).to.have.length(1)
    expect((await get(hub, '/api/queues?search=globex')).rows).to.have.length(1)
    const fleet = await get(hub, '/api/queues/fleet')
    expect(fleet.queue).to.include({ participant: 'fleet', depth: 4 })
    expect(fleet.rows.map(({ order, event, place }) => [order, event, place])[0]).to.deep.equal([
      'acme/o-1',
      'pickup',
      'queue',
    ])
    expect((await get(hub, '/api/queues/vendor/acme/main')).rows).to.deep.equal([])
    expect((await get(hub, '/api/queues/fleet?place=dead')).rows).to.deep.equal([])
    const nobody = await get(hub, '/api/queues/driver/nobody')
    expect(nobody).to.include({ status: 404, code: 'not-found' })
  })

  it('[LS11] find an order that its driver has, and who has it', async () => {
    const hub = await startTestHub()
    const acme = await vendorOf(hub.url, 'acme')
    await acme.ask('pickup', orderOf('acme', 'o-1'))
    const bob = await driverOf(hub.url, 'bob')
    const { reply } = await bob.handed.next()
    reply()
    await bob.ask('in-transit', { store: 'acme', orderId: 'o-1' })
    const held = await get(hub, '/api/orders?driver=bob&state=in-transit')
    expect(held.rows).to.have.length(1)
    expect(held.rows[0]).to.include({ key: 'acme/o-1', driver: 'bob' })
    const driver = await get(hub, '/api/queues/driver/bob')
    expect(driver.queue).to.include({ connected: true, carrying: 1, depth: 0 })
  })

  it('[LS12] let an operator replay dead letters, and say who did it', async () => {
    const hub = await startTestHub({ options: { deliveryLimit: 1 } })
    const acme = await vendorOf(hub.url, 'acme')
    await acme.ask('pickup', orderOf('acme', 'o-1'))
    const bob = await driverOf(hub.url, 'bob')
    ;(await bob.handed.next()).reply({ reject: 'too far' })
    const letters = async (): Promise<Answer> => get(hub, '/api/dead-letters')
    let found = await letters()
    while (found.rows.length === 0) found = await letters()
    const [letter] = found.rows
    expect(letter).to.include({ participant: 'fleet', order: 'acme/o-1', event: 'pickup', place: 'dead' })
    expect(letter!.failures[0]!.reason).to.contain('too far')
    const asked = { action: 'replay', participant: 'fleet', entries: [letter!.entry] }
    expect(await act(hub, asked)).to.deep.include({ status: 200, ok: true, done: 1 })
    expect((await letters()).rows).to.deep.equal([])
    expect((await bob.handed.next()).event).to.include({ replay: true })
    expect(await act(hub, asked)).to.include({ status: 404, code: 'not-found' })
    const { lines } = await get(hub, '/api/audit')
    expect(lines).to.have.length(1)
    expect(lines[0]).to.include({ who: 'operator/open', action: 'replay', target: 'fleet', done: 1 })
  })

  it('[LS12] refuse an action that is not of its form', async () => {
    const hub = await startTestHub()
    for (const body of [
      {},
      { action: 'explode', participant: 'fleet' },
      { action: 'pause' },
      { action: 'drop', participant: 'fleet' },
      { action: 'drop', participant: 'fleet', entries: 'some' },
      { action: 'drop', participant: 'nobody/at/all', entries: 'all' },
      { action: 'drop', participant: 'fleet', entries: Array.from({ length: 1001 }, () => '1') },
    ])
      expect(await act(hub, body)).to.include({ status: 400, code: 'bad-request' })
    const unknown = { action: 'pause', participant: 'driver/nobody' }
    expect(await act(hub, unknown)).to.include({ status: 404, code: 'not-found' })
  })

  it('[LS11][LS12] are asked for by the examples of docs/API.md', async () => {
    const hub = await startWithOrders()
    const document = readFileSync(new URL('../../docs/API.md', import.meta.url), 'utf8')
    const examples = [...document.matchAll(/^curl -s '?http:\/\/localhost:3001([^\s']+)'?([^`]*)```/gm)]
    expect(examples).to.have.length(3)
    for (const [, path, rest] of examples) {
      const body = /-d '([^']+)'/.exec(rest!)?.[1]
      const asked = body === undefined ? {} : { method: 'POST', rawBody: body }
      const headers = { 'content-type': 'application/json' }
      const answer = await askHttp(hub.port, path!, { ...asked, headers })
      expect([path, answer.status, (answer.body as Answer).ok]).to.deep.equal([path, 200, true])
    }
  })

  it('[LS11] tell the summary, the system and the audit', async () => {
    const hub = await startWithOrders()
    const { summary } = await get(hub, '/api/summary')
    expect(summary.connections).to.include({ vendors: 2, drivers: 0, watchers: 0 })
    expect(await get(hub, '/api/system')).to.include.keys('version', 'startedMs', 'settings', 'system')
    expect((await get(hub, '/api/audit')).lines).to.deep.equal([])
  })

  it('[LS11][LS12] are for observers of all orders and for operators, actions for operators alone', async () => {
    const keys = newKeys()
    const hub = await startTestHub({ keys })
    const vendor = openClient(hub.url, { token: await tokenFor(keys, 'vendor/acme/main') })
    await vendor.welcomes.next()
    const asks = async (participant: string, settings: TokenSettings = {}): Promise<number[]> => {
      const token = await tokenFor(keys, participant, settings)
      const paths = ['orders', 'queues', 'queues/fleet', 'dead-letters', 'summary', 'system', 'audit']
      const statuses: number[] = []
      for (const path of paths) statuses.push((await get(hub, `/api/${path}`, token)).status)
      const pause = { action: 'pause', participant: 'vendor/acme/main' }
      return [...new Set(statuses), (await act(hub, pause, token)).status]
    }
    expect(await asks('operator/ada')).to.deep.equal([200, 200])
    expect(await asks('observer/page')).to.deep.equal([200, 403])
    expect(await asks('observer/page', { order: 'acme/o-1' })).to.deep.equal([403, 403])
    expect(await asks('vendor/acme/main')).to.deep.equal([403, 403])
    expect(await asks('driver/d')).to.deep.equal([403, 403])
    const { lines } = await get(hub, '/api/audit', await tokenFor(keys, 'operator/ada'))
    expect(lines.map(({ who, target }) => [who, target])).to.deep.equal([
      ['operator/ada', 'vendor/acme/main'],
    ])
  })
})

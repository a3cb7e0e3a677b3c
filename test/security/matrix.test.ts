/** Everybody tries every message and every route, on what is his own and on what is not; what comes of it stands in `specification.ts`. */
import { expect } from 'chai'
import sinon from 'sinon'
import { OPEN_ACCESS } from '../../hub/access/access.ts'
import { type Api, routesOf } from '../../hub/http/api.ts'
import { HANDLERS } from '../../hub/sockets/handlers.ts'
import { refusalOf, type TestClient } from '../support/client.ts'
import {
  ASKING,
  type Asking,
  ATTEMPTS,
  type Attempt,
  BY_EFFECT,
  CONNECTED,
  type Connected,
  REQUESTS,
  type Request,
} from './specification.ts'
import { type Stage, setStage } from './stage.ts'

interface Answer {
  readonly ok: boolean
  readonly code?: string
}

const outcomeOf = ({ ok, code }: Answer): string => (ok ? 'ok' : code!)

const ask = ({ message, argument }: Attempt, client: TestClient): Promise<Answer> =>
  argument === undefined ? client.ask(message) : client.ask(message, argument)

const EVENTS = ['pickup', 'in-transit', 'delivered']

/** Behind all that the client has sent. */
const caughtUp = (client: TestClient): Promise<unknown> => client.ask('publish', [])

describe('rights over the socket', () => {
  it('[AC12] are specified for every message that there is', () => {
    const specified = new Set([...ATTEMPTS.map(({ message }) => message), ...BY_EFFECT])
    expect([...HANDLERS.keys()].sort()).to.deep.equal([...specified].sort())
  })

  for (const [column, who] of CONNECTED.entries())
    describe(`of ${who}`, () => {
      for (const attempt of ATTEMPTS) {
        const { message, of, argument, outcomes } = attempt
        const expected = outcomes[column]!
        const itself = `[AC12] answer ${message} of ${of} with ${expected}`

        it(expected === 'ok' ? itself : `${itself}, and change nothing`, async () => {
          const stage = await setStage()
          const client = await stage.connect(who)
          const before = await stage.orders()
          expect(outcomeOf(await ask(attempt, client))).to.equal(expected)
          if (expected !== 'ok') expect(await stage.orders()).to.deep.equal(before)
        })

        if (EVENTS.includes(message))
          it(`${itself} in a frame of several`, async () => {
            const client = await (await setStage()).connect(who)
            const frame = [{ event: message, payload: argument }]
            const [answer] = await client.ask<Answer[]>('publish', frame)
            expect(outcomeOf(answer!)).to.equal(expected)
          })
      }
    })

  for (const who of ASKING.filter((one) => !(CONNECTED as readonly string[]).includes(one)))
    it(`[AC6][AC2] do not let ${who} in, whatever the handshake says besides`, async () => {
      const stage = await setStage()
      const token = await stage.tokenOf(who)
      const code = token === null ? 'token-missing' : 'wrong-role'
      for (const claimed of [{}, { role: 'vendor', store: 'acme' }, { role: 'driver', id: 'holder' }])
        expect(
          await refusalOf(stage.hub.url, { ...claimed, ...(token === null ? {} : { token }) }),
        ).to.include({ code })
    })
})

/** Everybody but one. */
const others = (one: Connected): Connected[] => CONNECTED.filter((who) => who !== one)

const named = async (stage: Stage, who: readonly Connected[]): Promise<TestClient[]> => {
  const clients: TestClient[] = []
  for (const one of who) clients.push(await stage.connect(one))
  return clients
}

describe('what does not answer', () => {
  it("[SK13][AC12] lets nobody acknowledge, reject or drop what waits for another, not even the store's other till", async () => {
    const stage = await setStage()
    const owner = await stage.connect('a vendor of the store')
    const { event } = await owner.handed.next()
    for (const thief of await named(stage, others('a vendor of the store'))) {
      thief.socket.emit('acknowledge', [event.entry])
      thief.socket.emit('reject', [{ entry: event.entry, reason: 'mine' }])
      await caughtUp(thief)
      await thief.ask('leave')
    }
    const again = await stage.connect('a vendor of the store')
    expect((await again.handed.next()).event).to.deep.equal(event)
  })

  it("[SK7][AC12] brings a driver's position to the store whose order it holds, and nobody's else to anybody", async () => {
    const stage = await setStage()
    const heard: Record<string, unknown[]> = {}
    const clients: TestClient[] = []
    for (const who of CONNECTED) {
      const client = await stage.connect(who)
      heard[who] = []
      client.socket.on('position', ({ driver }: { driver: string }) => heard[who]!.push(driver))
      clients.push(client)
    }
    for (const client of clients) client.socket.emit('position', { lat: 1, lng: 2 })
    for (let rounds = 2; rounds > 0; rounds -= 1) for (const client of clients) await caughtUp(client)
    expect(CONNECTED.map((who) => heard[who])).to.deep.equal([['holder'], ['holder'], [], [], []])
  })

  for (const who of CONNECTED)
    it(`[AC9] renews the connection of ${who} with no token of anybody else`, async () => {
      const stage = await setStage()
      const client = await stage.connect(who)
      for (const other of ASKING.filter((one) => one !== who && one !== 'nobody')) {
        const token = await stage.tokenOf(other)
        expect(await client.ask('token', token)).to.include({ ok: false, code: 'token-refused' })
      }
      expect(await client.ask('token', await stage.tokenOf(who))).to.include({ ok: true })
    })

  it('[AC12] tells a driver its own assignments, and no others', async () => {
    const stage = await setStage()
    const idsOf = async (who: Connected) => {
      const { orders } = await (await stage.connect(who)).ask<{ orders: { orderId: string }[] }>(
        'assignments',
      )
      return orders.map(({ orderId }) => orderId).sort()
    }
    expect(await idsOf('the driver that holds the order')).to.deep.equal(['assigned', 'moving'])
    expect(await idsOf('a driver that holds nothing')).to.deep.equal([])
  })
})

/** Who may is asked last: afterwards things have changed. */
const refusedFirst = (statuses: Request['statuses']): Asking[] =>
  ASKING.map((who, column) => ({ who, isAllowed: statuses[column] === 200 }))
    .sort((one, other) => Number(one.isAllowed) - Number(other.isAllowed))
    .map(({ who }) => who)

describe('rights over HTTP', () => {
  it('[AC12] are specified for every route that there is', () => {
    const api = {
      access: OPEN_ACCESS,
      upkeep: { eraser: { erase: sinon.stub() } },
      track: sinon.stub(),
      // Asked only when a request comes.
      watch: {} as Api['watch'],
    }
    const routes = routesOf(api).map(({ method, path }) => `${method} ${path}`)
    const specified = new Set(REQUESTS.map(({ method, route }) => `${method} ${route}`))
    expect(routes.sort()).to.deep.equal([...specified].sort())
  })

  for (const { method, path, body, statuses } of REQUESTS)
    it(`[AC12][AC14] answer ${method} ${path} to each as it is due, and change nothing where they refuse`, async () => {
      const stage = await setStage()
      const before = await stage.orders()
      const answers: Record<string, number> = {}
      for (const who of refusedFirst(statuses)) {
        const answer = await stage.request(who, method, path, body)
        answers[who] = answer.status
        expect(await answer.json(), who).to.include({ ok: answer.status === 200 })
        if (answer.status !== 200) expect(await stage.orders(), who).to.deep.equal(before)
      }
      expect(answers).to.deep.equal(Object.fromEntries(ASKING.map((who, column) => [who, statuses[column]])))
    })

  it('[AC15] tell a stranger of an order that is not his what they tell of one that there is not', async () => {
    const stage = await setStage()
    const texts = ['assigned', 'none'].map(async (orderId) => {
      const answer = await stage.request('a vendor of another store', 'GET', `/api/orders/acme/${orderId}`)
      return [answer.status, await answer.text()]
    })
    const [theirs, none] = await Promise.all(texts)
    expect(theirs).to.deep.equal(none)
  })
})

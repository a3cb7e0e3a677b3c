/** A hub with a key, orders of two stores that are on their way, and tokens for everybody. */
import type { Keys } from '../../hub/access/keys.ts'
import { openClient, orderOf, type TestClient } from '../support/client.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { newKeys, tokenFor } from '../support/tokens.ts'
import { inTime } from '../support/waiting.ts'
import { type Asking, type Connected, ORDERS } from './specification.ts'

const PARTICIPANTS: Readonly<Record<Exclude<Asking, 'nobody'>, { participant: string; order?: string }>> = {
  'a vendor of the store': { participant: 'vendor/acme/main' },
  'another till of the store': { participant: 'vendor/acme/till-2' },
  'a vendor of another store': { participant: 'vendor/other/main' },
  'the driver that holds the order': { participant: 'driver/holder' },
  'a driver that holds nothing': { participant: 'driver/idle' },
  'an observer': { participant: 'observer/o' },
  'an observer of the order alone': { participant: 'observer/o', order: ORDERS.assigned },
  'an observer of another order': { participant: 'observer/o', order: ORDERS.theirs },
  'an operator': { participant: 'operator/o' },
}

export interface Stage {
  readonly hub: TestHub
  readonly keys: Keys
  /** Connected anew: an older connection of the same participant is displaced. */
  connect(who: Connected): Promise<TestClient>
  /** null for nobody. */
  tokenOf(who: Asking): Promise<string | null>
  request(who: Asking, method: string, path: string, body?: object): Promise<Response>
  /** What an operator sees of the three orders. */
  orders(): Promise<unknown>
}

export const connectWith = async (url: string, token: string, more: object = {}): Promise<TestClient> => {
  const client = openClient(url, { token, ...more })
  await client.welcomes.next()
  return client
}

const requestTo = (
  url: string,
  token: string | null,
  { method, path, body }: { method: string; path: string; body?: object | undefined },
) => {
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` }
  const init = body === undefined ? {} : { body: JSON.stringify(body) }
  const headers = { 'content-type': 'application/json', ...authorization }
  return inTime(fetch(`${url}${path}`, { method, headers, ...init }), () => `the answer to ${path}`)
}

/** Brings an order of a store to the one driver that has room. */
const take = async (
  vendor: TestClient,
  driver: TestClient,
  [store, orderId]: [string, string],
): Promise<void> => {
  await vendor.ask('pickup', orderOf(store, orderId))
  ;(await driver.handed.next()).reply()
  // Behind the acknowledgement.
  await driver.ask('assignments')
}

export const setStage = async (): Promise<Stage> => {
  const keys = newKeys()
  const hub = await startTestHub({ keys })
  const { url } = hub
  const tokenOf: Stage['tokenOf'] = async (who) => {
    if (who === 'nobody') return null
    const { participant, ...more } = PARTICIPANTS[who]
    return tokenFor(keys, participant, more)
  }
  const connect: Stage['connect'] = async (who) => connectWith(url, (await tokenOf(who))!, { receive: true })
  const request: Stage['request'] = async (who, method, path, body) =>
    requestTo(url, await tokenOf(who), { method, path, body })
  const orders = () =>
    Promise.all(
      Object.values(ORDERS).map(async (order) =>
        (await request('an operator', 'GET', `/api/orders/${order}`)).json(),
      ),
    )

  const [acme, other] = [await connect('a vendor of the store'), await connect('a vendor of another store')]
  const holder = await connectWith(url, (await tokenOf('the driver that holds the order'))!, { capacity: 2 })
  for (const orderId of ['assigned', 'moving']) await take(acme, holder, ['acme', orderId])
  await holder.ask('in-transit', { store: 'acme', orderId: 'moving' })
  const rival = await connectWith(url, await tokenFor(keys, 'driver/rival'), { capacity: 1 })
  await take(other, rival, ['other', 'theirs'])
  return { hub, keys, connect, tokenOf, request, orders }
}

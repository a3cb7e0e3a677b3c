/**
 * A store has a parcel picked up, a driver delivers it, the store says thank you; both end with nothing left undone.
 *
 *   node examples/link.mjs [the hub's address]       or with CAPS_URL; http://localhost:3001 unless given
 *
 * A hub with a key asks both for tokens. Whoever has the key makes them:
 *
 *   export VENDOR_TOKEN=$(npx caps token --role vendor --store example-shop)
 *   export DRIVER_TOKEN=$(npx caps token --role driver --id example-driver)
 */
import { randomUUID } from 'node:crypto'
import { connectHub } from 'caps/link'

const url = process.argv[2] ?? process.env.CAPS_URL ?? 'http://localhost:3001'
const order = {
  store: 'example-shop',
  orderId: randomUUID(),
  customer: 'Ada Lovelace',
  address: '12 St James Square, London',
}

/** Asked for every try to connect and before a token ends; a real one would ask the server that holds the key. */
const tokenOf = (who) => {
  const token = process.env[`${who}_TOKEN`]
  return token === undefined ? {} : { token: async () => token }
}

const say = (who) => (status) => {
  if (status.kind === 'waiting') console.log(`${who}: waiting for the hub at ${url} (${status.reason})`)
  if (status.kind === 'connected') console.log(`${who}: connected as ${status.welcome.participant}`)
  if (status.kind !== 'refused') return
  console.error(`${who}: the hub refuses it: ${status.message} (${status.code})`)
  process.exit(5)
}

const driver = await connectHub({ url, role: 'driver', id: 'example-driver', ...tokenOf('DRIVER') })
driver.onStatus(say('DRIVER'))
driver.on('pickup', async ({ payload: { store, orderId } }) => {
  await driver.publish('in-transit', { store, orderId })
  console.log(`DRIVER: picked up ${orderId}`)
  await driver.publish('delivered', { store, orderId, details: { signedBy: 'a neighbour' } })
  console.log(`DRIVER: delivered ${orderId}`)
})

const shop = await connectHub({ url, role: 'vendor', store: order.store, ...tokenOf('VENDOR') })
shop.onStatus(say('VENDOR'))
const thanked = new Promise((resolve) => {
  shop.on('in-transit', () => {})
  shop.on('delivered', ({ payload }) => {
    console.log(`VENDOR: Thank you for delivering ${payload.orderId}`)
    if (payload.orderId === order.orderId) resolve()
  })
})

await shop.publish('pickup', order)
console.log(`VENDOR: asked for a pickup of ${order.orderId}`)
await thanked

await Promise.all([shop.close({ drain: true }), driver.close({ drain: true })])

/** Stores that bear the names of rooms: Socket.IO gives each connection one of its own, called by its id. */
import { expect } from 'chai'
import type { Keys } from '../../hub/access/keys.ts'
import { orderOf, type TestClient } from '../support/client.ts'
import { startTestHub } from '../support/hub.ts'
import { newKeys, tokenFor } from '../support/tokens.ts'
import { connectWith } from './stage.ts'

const everythingTo = ({ socket }: TestClient): string[] => {
  const heard: string[] = []
  socket.onAny((name: string) => heard.push(name))
  return heard
}

const openStage = async (): Promise<{
  keys: Keys
  connect(participant: string, more?: object): Promise<TestClient>
}> => {
  const keys = newKeys()
  const { url } = await startTestHub({ keys })
  return {
    keys,
    connect: async (participant, more) => connectWith(url, await tokenFor(keys, participant), more),
  }
}

/** The namesake's order goes its whole way, its driver tells where it is, and it asks for all that it may. */
const liveAs = async (namesake: TestClient, driver: TestClient, store: string): Promise<void> => {
  await namesake.ask('pickup', orderOf(store, 'o-1'))
  ;(await driver.handed.next()).reply()
  await driver.ask('assignments')
  driver.socket.emit('position', { lat: 1, lng: 2 })
  for (const event of ['in-transit', 'delivered']) await driver.ask(event, { store, orderId: 'o-1' })
  await namesake.handed.next()
  await namesake.ask('track', { orderId: 'o-1' })
}

describe("a store that bears another connection's id", () => {
  it('[SK12] lets a vendor of that id hear nothing of it, and hears nothing of that one', async () => {
    const { connect } = await openStage()
    const [driver, victim] = [await connect('driver/d'), await connect('vendor/acme/main')]
    const heard = everythingTo(victim)
    const store = victim.socket.id!
    const namesake = await connect(`vendor/${store}/main`)
    await liveAs(namesake, driver, store)
    await victim.ask('publish', [])
    expect(heard).to.deep.equal([])
    expect(namesake.handed.all.every(({ event }) => event.payload.store === store)).to.equal(true)
  })

  it('[SK12] lets a driver of that id hear nothing of it', async () => {
    const { connect } = await openStage()
    const [acme, victim] = [
      await connect('vendor/acme/main'),
      await connect('driver/victim', { capacity: 1 }),
    ]
    // It has no room for another order: what it then hears is none of its business.
    await acme.ask('pickup', orderOf('acme', 'o-1'))
    ;(await victim.handed.next()).reply()
    await victim.ask('assignments')
    const heard = everythingTo(victim)
    const store = victim.socket.id!
    await liveAs(await connect(`vendor/${store}/main`), await connect('driver/d'), store)
    await victim.ask('publish', [])
    expect(heard).to.deep.equal([])
  })

  it('[SK12] brings no position to who is in no store of that name, when it is that of a store that was there before', async () => {
    const { connect } = await openStage()
    const [driver, acme, other] = [
      await connect('driver/d'),
      await connect('vendor/acme/main'),
      await connect('vendor/other/main'),
    ]
    const heard = everythingTo(other)
    await liveAs(acme, driver, 'acme')
    await other.ask('publish', [])
    expect(heard).to.deep.equal([])
  })
})

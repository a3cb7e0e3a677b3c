import { expect } from 'chai'
import { Positions } from '../../../hub/watch/positions.ts'
import { WatchedHub } from './watched-hub.ts'

describe('positions of drivers', () => {
  it('[WA11] tells who has moved, each once, a thousand at a time', () => {
    const positions = new Positions()
    positions.moved('unseen', { lat: 0, lng: 0 }, 1)
    positions.follow(true)
    for (let driver = 0; driver < 1500; driver += 1) positions.moved(`d${driver}`, { lat: driver, lng: 0 }, 1)
    positions.moved('d0', { lat: 7, lng: 8 }, 2)
    const moves = [positions.takeMoves(), positions.takeMoves(), positions.takeMoves()]
    expect(moves.map(({ length }) => length)).to.deep.equal([1000, 500, 0])
    expect(moves[0]![0]).to.deep.equal(['d0', 7, 8, 2])
    expect(positions.of('unseen')).to.deep.equal({ lat: 0, lng: 0, timeMs: 1 })
  })

  it('[WA11] keeps so many, and forgets in turn those whose drivers are gone', () => {
    const positions = new Positions()
    for (let driver = 0; driver < 20_001; driver += 1) positions.moved(`d${driver}`, { lat: 0, lng: 0 }, 1)
    expect(positions.size).to.equal(20_000)
    for (let calls = 0; calls < 41; calls += 1) positions.forgetGone((driver) => driver.endsWith('7'))
    expect(positions.size).to.equal(18_000)
  })

  it('[WA11] reach those who look at the map, five times a second, and nobody else', async () => {
    const world = await WatchedHub.open()
    const driver = await world.driver()
    const [atMap, elsewhere] = [await world.watcher(), await world.watcher()]
    driver.socket.send('position', { lat: 1, lng: 2 })
    const { map } = await atMap.look({ view: 'map' })
    const timeMs = world.clock.now()
    const row = { driver: 'bob', lat: 1, lng: 2, timeMs, connected: true, orders: [] }
    expect(map.drivers).to.deep.equal([row])
    for (const lat of [3, 4]) driver.socket.send('position', { lat, lng: lat })
    await world.advance(200)
    expect(atMap.told('moves')).to.deep.equal([[['bob', 4, 4, timeMs]]])
    expect(atMap.sent.find(({ message }) => message === 'moves')!.isVolatile).to.equal(true)
    await world.advance(1000)
    expect(atMap.told('moves').length).to.equal(1)
    expect(elsewhere.told('moves')).to.deep.equal([])
    await atMap.look({ view: 'now' })
    driver.socket.send('position', { lat: 5, lng: 5 })
    await world.advance(1000)
    expect(atMap.told('moves').length).to.equal(1)
  })

  it('[WA11] are forgotten when the driver is away and holds nothing', async () => {
    const world = await WatchedHub.open()
    const [vendor, driver] = [await world.vendor(), await world.driver()]
    await world.pickups(vendor, 'A')
    await world.carry(driver, 'A', 'in-transit')
    driver.socket.send('position', { lat: 1, lng: 2 })
    await driver.leave()
    await world.advance(2000)
    const watcher = await world.watcher()
    const drivers = async () => (await watcher.look({ view: 'map' })).map.drivers
    expect(await drivers()).to.deep.include.members([
      {
        driver: 'bob',
        lat: 1,
        lng: 2,
        timeMs: world.clock.now() - 2000,
        connected: false,
        orders: ['acme/A'],
      },
    ])
    const back = await world.driver()
    await back.say('delivered', { store: 'acme', orderId: 'A' })
    await back.leave()
    await world.advance(3000)
    expect(await drivers()).to.deep.equal([])
  })
})

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect } from 'chai'
import { Balancer } from '../../bin/balancer/balancer.ts'
import { isHubReady } from '../../bin/balancer/ready.ts'
import { freePort } from '../../bin/simulation/free-port.ts'
import { atEndOfTest } from '../support/cleanup.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { eventOf } from '../support/waiting.ts'

/** Says its name to whoever comes, then says again what it hears. */
const startHub = async (name: string) => {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.write(name)
    socket.pipe(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = () => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  atEndOfTest(stop)
  return { name, port: (server.address() as AddressInfo).port, stop, sockets }
}

const join = (port: number): Socket => {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  atEndOfTest(() => socket.destroy())
  return socket
}

const wordOn = async (socket: Socket): Promise<string> => String((await eventOf<[Buffer]>(socket, 'data'))[0])

const setUp = async (names: readonly string[], late: readonly string[] = []) => {
  const hubs = await Promise.all(names.map(startHub))
  const ready = new Set(hubs.filter(({ name }) => !late.includes(name)).map(({ port }) => port))
  const clock = createManualClock()
  const balancer = await Balancer.open({
    port: 0,
    hubs: hubs.map(({ port }) => port),
    clock,
    isReady: async (port) => ready.has(port),
  })
  atEndOfTest(() => balancer.close())
  const look = () => clock.advanceAsync(200)
  await look()
  const { port } = balancer
  const ask = (count: number): Promise<string[]> =>
    Array.from({ length: count }).reduce<Promise<string[]>>(
      async (before) => [...(await before), await wordOn(join(port))],
      Promise.resolve([]),
    )
  return { hubs, ready, look, ask, port, balancer, clock }
}

describe('balancer', () => {
  it('[AL13] gives connections to the hubs in turn, and passes on what both say', async () => {
    const { ask, port } = await setUp(['a', 'b', 'c'])
    expect(await ask(6)).to.deep.equal(['a', 'b', 'c', 'a', 'b', 'c'])
    const socket = join(port)
    await wordOn(socket)
    socket.write('hello')
    expect(await wordOn(socket)).to.equal('hello')
  })

  it('[AL13] passes over a hub that is not ready, until it is', async () => {
    const { hubs, ready, look, ask } = await setUp(['a', 'b', 'c'])
    ready.delete(hubs[1]!.port)
    await look()
    expect(await ask(4)).to.deep.equal(['a', 'c', 'a', 'c'])
    ready.add(hubs[1]!.port)
    await look()
    expect(await ask(3)).to.include('b')
  })

  it('[AL13] waits for all hubs at the beginning, but not for ever', async () => {
    const { hubs, ready, look, ask, port, balancer } = await setUp(['a', 'b'], ['b'])
    const early = [join(port), join(port)].map(wordOn)
    ready.add(hubs[1]!.port)
    await look()
    expect(await Promise.all(early)).to.have.members(['a', 'b'])
    await balancer.begun
    expect(await ask(2)).to.have.members(['a', 'b'])
    const other = await setUp(['a', 'b'], ['b'])
    await other.clock.advanceAsync(10_000)
    expect(await other.ask(2)).to.deep.equal(['a', 'a'])
  })

  it('[AL13] goes to the next one when a hub takes no connection', async () => {
    const { hubs, ask } = await setUp(['a', 'b'])
    hubs[0]!.stop()
    expect(await ask(3)).to.deep.equal(['b', 'b', 'b'])
  })

  it('[AL13] cuts whoever comes while no hub is ready', async () => {
    const { ready, look, port } = await setUp(['a'])
    ready.clear()
    await look()
    await eventOf(join(port), 'close')
  })

  it('[AL13] ends one side when the other one has ended', async () => {
    const { hubs, port } = await setUp(['a'])
    const one = join(port)
    await wordOn(one)
    const gone = eventOf(hubs[0]!.sockets[0]!, 'close')
    one.destroy()
    await gone
    const other = join(port)
    await wordOn(other)
    const cut = eventOf(other, 'close')
    hubs[0]!.stop()
    await cut
  })

  it('[AL13] asks nobody any more when it is closed', async () => {
    const { balancer, clock } = await setUp(['a'])
    await balancer.close()
    expect(clock.armed).to.equal(0)
  })

  it('[AL13] takes one that is away, or no hub at all, for one that is not ready', async () => {
    expect(await isHubReady('http', await freePort())).to.equal(false)
    const hub = await startHub('no hub')
    expect(await isHubReady('http', hub.port)).to.equal(false)
  })
})

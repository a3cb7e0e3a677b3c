import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect } from 'chai'
import { atEndOfTest } from '../support/cleanup.ts'
import { eventOf } from '../support/waiting.ts'
import { Gate } from './gate.ts'

/** Answers what it hears, with its name in front. */
const startServer = async (name: string) => {
  const heard: string[] = []
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      heard.push(String(chunk))
      socket.write(`${name} ${chunk}`)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEndOfTest(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return { port: (server.address() as AddressInfo).port, heard, sockets, server }
}

const setUp = async () => {
  const [one, other] = await Promise.all([startServer('one'), startServer('other')])
  const gate = await Gate.open(one.port)
  atEndOfTest(() => gate.close())
  const join = (): Socket => {
    const socket = connect(gate.port, '127.0.0.1')
    socket.on('error', () => {})
    atEndOfTest(() => socket.destroy())
    return socket
  }
  const answer = async (socket: Socket) => String((await eventOf<[Buffer]>(socket, 'data'))[0])
  const ask = (socket: Socket, text: string): Promise<string> => {
    socket.write(text)
    return answer(socket)
  }
  return { one, other, gate, join, ask, answer }
}

describe('gate of a chaos run', () => {
  it('carries both ways, and ends one side with the other', async () => {
    const { one, join, ask } = await setUp()
    const socket = join()
    expect(await ask(socket, 'a')).to.equal('one a')
    const gone = eventOf(one.sockets[0]!, 'close')
    socket.destroy()
    await gone
  })

  it('resets all connections, and lets none begin, until it is opened', async () => {
    const { gate, join, ask } = await setUp()
    const socket = join()
    await ask(socket, 'a')
    const cut = eventOf(socket, 'close')
    gate.shut('reset')
    await cut
    await eventOf(join(), 'close')
    gate.unshut()
    expect(await ask(join(), 'b')).to.equal('one b')
  })

  it('keeps what is said while it is frozen, also by who begins then', async () => {
    const { one, gate, join, ask, answer } = await setUp()
    const socket = join()
    await ask(socket, 'a')
    gate.shut('frozen')
    const early = answer(socket)
    socket.write('b')
    const late = join()
    const told = answer(late)
    late.write('c')
    await eventOf(late, 'connect')
    // On a server of its own, beside the gate: a whole way there and back has passed meanwhile.
    await once(
      connect(one.port, '127.0.0.1').on('error', () => {}),
      'connect',
    )
    expect(one.heard).to.deep.equal(['a'])
    gate.unshut()
    expect(await Promise.all([early, told])).to.deep.equal(['one b', 'one c'])
  })

  it('loses the answers while it is deaf, and resets those that waited for them', async () => {
    const { one, gate, join, ask } = await setUp()
    const socket = join()
    await ask(socket, 'a')
    gate.shut('deaf')
    const heard: string[] = []
    socket.on('data', (chunk) => heard.push(String(chunk)))
    const arrived = eventOf(one.sockets[0]!, 'data')
    socket.write('b')
    await arrived
    const cut = eventOf(socket, 'close')
    gate.unshut()
    await cut
    expect([one.heard, heard]).to.deep.equal([['a', 'b'], []])
  })

  it('leads to another server, and ends what went to the one before', async () => {
    const { other, gate, join, ask } = await setUp()
    const socket = join()
    await ask(socket, 'a')
    const cut = eventOf(socket, 'close')
    gate.shut('reset')
    gate.lead(other.port)
    await cut
    expect(await ask(join(), 'b')).to.equal('other b')
    expect(gate.isShut).to.equal(false)
  })
})

import { connect, createServer, type Server, type Socket } from 'node:net'
import { expect } from 'chai'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { createInbox, eventOf, type Inbox } from '../support/waiting.ts'
import { type Fate, type Harm, HarmfulProxy, type Strike } from './proxy.ts'

/** One end of a connection, and what it has heard. */
interface End {
  readonly socket: Socket
  readonly text: () => string
  /** Resolves when so much text is there. */
  heard(text: string): Promise<void>
  /** `end`, `close` or the code of an error, as they come. */
  readonly ends: Inbox<string>
}

const endOf = (socket: Socket): End => {
  const texts = createInbox<string>('text')
  const ends = createInbox<string>('the end of a connection')
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString()
    texts.put(text)
  })
  socket.on('end', () => ends.put('end'))
  socket.on('close', () => ends.put('close'))
  socket.on('error', (error) => ends.put((error as NodeJS.ErrnoException).code ?? error.message))
  const heard = async (wanted: string) => {
    while (text !== wanted) await texts.next()
  }
  return { socket, text: () => text, heard, ends }
}

/** An end that has text to read hears of a reset behind it as an end. */
const expectReset = async ({ ends }: End): Promise<void> =>
  void expect(await ends.next()).to.be.oneOf(['ECONNRESET', 'end'])

const strike = (harm: Harm, afterBytes: number, more: Partial<Strike> = {}): Fate => ({
  delayMs: 0,
  strike: { harm, afterBytes, resets: 'client', lastsMs: null, ...more },
})

describe('proxy of a chaos run', () => {
  let clock: ManualClock
  let server: Server
  let accepted: Inbox<Socket>
  let proxy: HarmfulProxy
  let fates: Fate[]
  let struck: Inbox<Harm>
  const clients: Socket[] = []

  beforeEach(async () => {
    clock = createManualClock()
    accepted = createInbox('a connection at the server')
    struck = createInbox('a strike')
    fates = []
    server = createServer({ allowHalfOpen: true }, accepted.put).listen(0, '127.0.0.1')
    await eventOf(server, 'listening')
    const { port: serverPort } = server.address() as { port: number }
    proxy = await HarmfulProxy.open({
      serverPort,
      clock,
      fate: () => fates.shift() ?? { delayMs: 0, strike: null },
      struck: struck.put,
    })
  })

  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy()
    await proxy.close()
    server.close()
  })

  /** Both ends of a new connection with that fate. */
  const open = async (fate: Fate | null = null): Promise<{ client: End; far: End }> => {
    if (fate !== null) fates.push(fate)
    const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true })
    clients.push(socket)
    const client = endOf(socket)
    return { client, far: endOf(await accepted.next()) }
  }

  it('carries bytes both ways, and the end of each way by itself', async () => {
    const { client, far } = await open()
    client.socket.end('hello')
    await far.heard('hello')
    expect(await far.ends.next()).to.equal('end')
    far.socket.end('and good-bye')
    await client.heard('and good-bye')
    expect(await client.ends.next()).to.equal('end')
    expect([await client.ends.next(), await far.ends.next()]).to.deep.equal(['close', 'close'])
  })

  it('hands on a reset', async () => {
    const { client, far } = await open()
    client.socket.resetAndDestroy()
    await expectReset(far)
  })

  it('delays every byte, and keeps their order', async () => {
    const { client, far } = await open({ delayMs: 20, strike: null })
    client.socket.write('one ')
    client.socket.write('two')
    await waitForTimers()
    expect(far.text()).to.equal('')
    clock.advance(20)
    await far.heard('one two')
  })

  /** Until the proxy has read something that it delays. */
  const waitForTimers = async (): Promise<void> => {
    while (clock.armed === 0) await new Promise((resolve) => setImmediate(resolve))
  }

  it('resets both ends at the very byte', async () => {
    const { client, far } = await open(strike('reset', 3))
    client.socket.write('hello')
    expect(await struck.next()).to.equal('reset')
    await expectReset(client)
    await expectReset(far)
    expect('hel'.startsWith(far.text())).to.equal(true)
  })

  it('counts the bytes of both ways', async () => {
    const { client, far } = await open(strike('black-hole', 8))
    client.socket.write('hello')
    await far.heard('hello')
    far.socket.write('world')
    await client.heard('wor')
    expect(await struck.next()).to.equal('black-hole')
  })

  it('swallows everything in a black hole, the end of an end too, and ends it by healing', async () => {
    const { client, far } = await open(strike('black-hole', 3))
    client.socket.write('hello')
    await far.heard('hel')
    client.socket.end('more')
    expect([await client.ends.next(), await client.ends.next()]).to.deep.equal(['end', 'close'])
    proxy.heal()
    expect(await far.ends.next()).to.equal('ECONNRESET')
    expect(far.text()).to.equal('hel')
  })

  for (const resets of ['client', 'server'] as const)
    it(`tells only the ${resets} of a half-open connection`, async () => {
      const { client, far } = await open(strike('half-open', 5, { resets }))
      client.socket.write('hello')
      const [told, silent] = resets === 'client' ? [client, far] : [far, client]
      await expectReset(told)
      silent.socket.write('are you there?')
      expect(silent.ends.all).to.deep.equal([])
      proxy.heal()
      await expectReset(silent)
    })

  it('lets one byte a second pass, each way, in order', async () => {
    const { client, far } = await open(strike('trickle', 1))
    client.socket.write('hello')
    await far.heard('h')
    expect(await struck.next()).to.equal('trickle')
    clock.advance(2000)
    await far.heard('hel')
    expect(far.text()).to.equal('hel')
    clock.advance(2000)
    await far.heard('hello')
  })

  it('ends a silence by a reset when its time is over', async () => {
    const { client, far } = await open(strike('black-hole', 5, { lastsMs: 700 }))
    client.socket.write('hello')
    await far.heard('hello')
    expect(await struck.next()).to.equal('black-hole')
    clock.advance(700)
    await expectReset(client)
    await expectReset(far)
  })

  it('spares what was not stricken when it is healed', async () => {
    const { client, far } = await open(strike('reset', 5))
    client.socket.write('1234')
    await far.heard('1234')
    proxy.heal()
    client.socket.write('5678')
    await far.heard('12345678')
    expect(struck.all).to.deep.equal([])
  })

  it('knows how many connections are stricken', async () => {
    const { client } = await open(strike('black-hole', 1))
    expect(proxy.stricken).to.equal(0)
    client.socket.write('x')
    await struck.next()
    expect(proxy.stricken).to.equal(1)
  })

  it('resets the client when there is no server', async () => {
    server.close()
    const socket = connect({ port: proxy.port, host: '127.0.0.1' })
    clients.push(socket)
    await expectReset(endOf(socket))
  })
})

import { EventEmitter } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Socket as ServerSocket } from 'socket.io'
import type { Socket } from 'socket.io-client'
import type { ClientToHub, HubToClient } from '../../shared/protocol.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { createInbox, eventOf } from './waiting.ts'

const rejectionOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'resolved',
    (error: Error) => error.message,
  )

describe('waiting', () => {
  it('gives the arguments of the next event and listens no longer', async () => {
    const emitter = new EventEmitter()
    const event = eventOf<[string, number]>(emitter, 'told')
    emitter.emit('told', 'it', 1)
    expect(await event).to.deep.equal(['it', 1])
    expect(emitter.listenerCount('told')).to.equal(0)
  })

  it('takes the typed sockets of both sides', () => {
    const compiles = (
      client: Socket<HubToClient, ClientToHub>,
      server: ServerSocket<ClientToHub, HubToClient>,
    ) => [eventOf(client, 'welcome'), eventOf(server, 'disconnect')]
    expect(compiles).to.be.a('function')
  })

  it('says what did not come before the time of the test is over', async function () {
    this.timeout(2000)
    const emitter = new EventEmitter()
    expect(await rejectionOf(eventOf(emitter, 'told'))).to.match(/^Waited \d+ ms for the event told$/)
    expect(emitter.listenerCount('told')).to.equal(0)
  })

  it('says which values an inbox holds instead', async function () {
    this.timeout(2000)
    const inbox = createInbox<string>('a receipt')
    inbox.put('other')
    expect(await rejectionOf(inbox.next((value) => value === 'this'))).to.match(
      /a receipt; not taken: \["other"\]$/,
    )
  })

  it('gives every value once, to who asked first, whether it came before or after', async () => {
    const inbox = createInbox<number>('a number')
    inbox.put(1)
    const waiting = [inbox.next(), inbox.next(), inbox.next((value) => value > 3)]
    for (const value of [2, 3, 4]) inbox.put(value)
    expect(await Promise.all(waiting)).to.deep.equal([1, 2, 4])
    expect(await inbox.next()).to.equal(3)
    expect(inbox.all).to.deep.equal([1, 2, 3, 4])
  })

  it('tells at once who waits for a value that will not come any more, and gives what is there', async () => {
    const inbox = createInbox<number>('a number')
    inbox.put(1)
    const waiting = rejectionOf(inbox.next((value) => value > 1))
    inbox.end('The sender has gone')
    expect(await waiting).to.equal('The sender has gone before a number; not taken: [1]')
    expect(await inbox.next()).to.equal(1)
    expect(await rejectionOf(inbox.next())).to.equal('The sender has gone before a number; not taken: []')
  })
})

describe('temporary folder', () => {
  let folder = ''

  it('is there for one test', () => {
    folder = temporaryFolder()
    writeFileSync(join(folder, 'file'), '')
  })

  it('is gone in the next one', () => {
    expect(existsSync(folder)).to.equal(false)
  })
})

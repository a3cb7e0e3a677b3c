import { EventEmitter } from 'node:events'
import { expect } from 'chai'
import sinon from 'sinon'
import { cutIfSilent, cutSoon, waitingBytes } from '../../../hub/sockets/slow-reader.ts'
import { StubSocket } from './stub-socket.ts'

const turnEnds = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('slow reader', () => {
  it('[SK8] counts what is not written and what the operating system has not taken', () => {
    const socket = new StubSocket({})
    socket.conn.writeBuffer = [{ data: 'abc' }, { data: undefined }, { data: 'de' }]
    socket.conn.transport.socket.bufferedAmount = 10
    expect(waitingBytes(socket)).to.equal(15)
  })

  it('[SK8] counts a polling connection, which has no WebSocket, by what is not written', () => {
    const conn = { ...new StubSocket({}).conn, writeBuffer: [{ data: 'abc' }], transport: {} }
    expect(waitingBytes({ conn } as unknown as StubSocket)).to.equal(3)
  })

  it('[SK8] cuts a peer when whoever asked is done', async () => {
    const socket = new StubSocket({})
    cutSoon(socket)
    sinon.assert.notCalled(socket.conn.close)
    await turnEnds()
    expect(socket.conn.close.args).to.deep.equal([[true]])
    sinon.assert.calledOnce(socket.conn.transport.socket.terminate)
  })

  it('[SK15] ends the connection of a peer that does not answer the ping, without a word that would have to wait', () => {
    const { conn } = new StubSocket({})
    cutIfSilent(conn)
    conn.emit('close', 'ping timeout')
    sinon.assert.calledOnce(conn.transport.socket.terminate)
  })

  it('[SK15] leaves every other end to take its course', () => {
    const { conn } = new StubSocket({})
    cutIfSilent(conn)
    conn.emit('close', 'forced close')
    sinon.assert.notCalled(conn.transport.socket.terminate)
  })

  it('[SK15] has nothing to end where there is no WebSocket', () => {
    const conn = Object.assign(new EventEmitter(), { transport: {} })
    cutIfSilent(conn as unknown as StubSocket['conn'])
    expect(() => conn.emit('close', 'ping timeout')).not.to.throw()
  })
})

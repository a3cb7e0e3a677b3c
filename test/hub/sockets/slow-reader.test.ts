import { EventEmitter } from 'node:events'
import { expect } from 'chai'
import sinon from 'sinon'
import { cutIfSilent, cutSoon, StalledReaders, waitingBytes } from '../../../hub/sockets/slow-reader.ts'
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
    const ended = sinon.stub()
    cutIfSilent(conn, ended)
    conn.emit('close', 'ping timeout')
    expect(ended.args).to.deep.equal([['ping timeout']])
    sinon.assert.calledOnce(conn.transport.socket.terminate)
  })

  it('[SK15] leaves every other end to take its course', () => {
    const { conn } = new StubSocket({})
    cutIfSilent(conn, () => {})
    conn.emit('close', 'forced close')
    sinon.assert.notCalled(conn.transport.socket.terminate)
  })

  it('[SK15] has nothing to end where there is no WebSocket', () => {
    const conn = Object.assign(new EventEmitter(), { transport: {} })
    cutIfSilent(conn as unknown as StubSocket['conn'], () => {})
    expect(() => conn.emit('close', 'ping timeout')).not.to.throw()
  })

  describe('without progress', () => {
    const TIME_MS = 300

    /** A peer with a WebSocket of which `waiting` bytes have not left. */
    const waitingFor = (waiting: number) => {
      const socket = new StubSocket({})
      const stream = { bytesWritten: 1000, writableLength: waiting, _handle: { writeQueueSize: waiting } }
      Object.assign(socket.conn.transport.socket, { _socket: stream })
      socket.conn.writeBuffer = [{ data: 'x' }]
      return { socket, stream }
    }

    const whenStalled = (socket: StubSocket, meanwhile: (nowMs: number) => void): number | null => {
      const readers = new StalledReaders<StubSocket>(TIME_MS)
      for (let nowMs = 0; nowMs <= 10 * TIME_MS; nowMs += 100) {
        meanwhile(nowMs)
        if (readers.among([socket], nowMs).length > 0) return nowMs
      }
      return null
    }

    it('[LM11] is a peer to which nothing has left for the time, however much is added', () => {
      const { socket, stream } = waitingFor(500)
      const told = whenStalled(socket, () => {
        stream.bytesWritten += 10
        stream.writableLength += 10
      })
      expect(told).to.equal(TIME_MS)
    })

    it('[LM11] is not one to which something leaves now and then, be it in the middle of a write', () => {
      const { socket, stream } = waitingFor(500)
      const leaves = (nowMs: number) => {
        if (nowMs % 200 === 0) stream._handle.writeQueueSize -= 1
      }
      expect(whenStalled(socket, leaves)).to.equal(null)
    })

    it('[LM11] is not one for which nothing waits, and its time begins anew', () => {
      const { socket } = waitingFor(500)
      const readsAll = (nowMs: number) => {
        socket.conn.writeBuffer = nowMs === 200 ? [] : [{ data: 'x' }]
      }
      expect(whenStalled(socket, readsAll)).to.equal(200 + 100 + TIME_MS)
    })

    it('[LM11] is one that does not poll for what waits', () => {
      const socket = new StubSocket({})
      Object.assign(socket.conn, { transport: {}, writeBuffer: [{ data: 'x' }] })
      expect(whenStalled(socket, () => socket.conn.writeBuffer.push({ data: 'y' }))).to.equal(TIME_MS)
      const polls = () => {
        socket.conn.writeBuffer = [{ data: 'x' }]
      }
      expect(whenStalled(socket, polls)).to.equal(null)
    })
  })
})

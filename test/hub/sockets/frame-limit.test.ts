import { EventEmitter } from 'node:events'
import { expect } from 'chai'
import { FrameLimit } from '../../../hub/sockets/frame-limit.ts'

const NOBODY = { heard: () => {} }

describe('frame limit', () => {
  const MESSAGE = ['token', 'x'.repeat(90)]

  it('[SK2] measures in bytes, as JSON', () => {
    const conn = new EventEmitter()
    const limit = new FrameLimit(conn, 100, NOBODY)
    conn.emit('packet', { type: 'message', data: 'é'.repeat(60) })
    expect(limit.isExceededBy(['token', 'é'.repeat(30)])).to.equal(false)
    expect(limit.isExceededBy(['token', 'é'.repeat(50)])).to.equal(true)
  })

  it('[SK2] measures nothing on a connection that never sent a packet so large', () => {
    const conn = new EventEmitter()
    const limit = new FrameLimit(conn, 100, NOBODY)
    for (const data of ['x'.repeat(100), Buffer.alloc(1000), undefined]) conn.emit('packet', { data })
    expect(limit.isExceededBy([{ toJSON: () => expect.fail('measured') }])).to.equal(false)
  })

  it('[SK13] takes what is nested too deeply to be measured for too large', () => {
    const conn = new EventEmitter()
    const limit = new FrameLimit(conn, 100, NOBODY)
    conn.emit('packet', { data: 'x'.repeat(101) })
    const depth = 200_000
    expect(limit.isExceededBy([JSON.parse('['.repeat(depth) + ']'.repeat(depth))])).to.equal(true)
  })

  it('[LM4] tells how large each message is, in bytes', () => {
    const conn = new EventEmitter()
    const heard: number[] = []
    new FrameLimit(conn, 100, { heard: (bytes) => heard.push(bytes) })
    for (const data of ['abc', undefined, 'é'.repeat(60)]) conn.emit('packet', { data })
    expect(heard).to.deep.equal([3, 120])
  })

  it('[SK13] leaves nothing with the connection when its socket has ended', () => {
    const conn = new EventEmitter()
    new FrameLimit(conn, 100, NOBODY).stop()
    conn.emit('packet', { data: MESSAGE[1] })
    expect(conn.listenerCount('packet')).to.equal(0)
  })
})

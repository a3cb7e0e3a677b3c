import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { expect } from 'chai'
import { forgetHandshake } from '../../../hub/sockets/forget-handshake.ts'

const SECRET = 'the-token-of-somebody'

const requestOf = (): IncomingMessage => {
  const request = new IncomingMessage(new Socket())
  request.url = `/socket.io/?token=${SECRET}`
  request.headers = { authorization: SECRET }
  request.rawHeaders = ['authorization', SECRET]
  return Object.assign(request, { _query: { token: SECRET } })
}

const socketWith = (request: unknown) => ({
  conn: { request },
  handshake: { address: '127.0.0.1', auth: { token: SECRET }, headers: { authorization: SECRET } },
})

const textOf = (thing: unknown): string => JSON.stringify(thing)

describe('forgetting a handshake', () => {
  it('leaves nothing of what the request and the handshake said, but whence they came', () => {
    const request = requestOf()
    const socket = socketWith(request)
    forgetHandshake(socket)
    const { url, headers, rawHeaders, _query } = request as IncomingMessage & { _query: unknown }
    expect({ url, headers, rawHeaders, _query }).to.deep.equal({
      url: '',
      headers: {},
      rawHeaders: [],
      _query: {},
    })
    expect(socket.handshake).to.deep.equal({ address: '127.0.0.1' })
  })

  for (const request of [undefined, null])
    it(`forgets the handshake where the connection has kept ${request} as its request`, () => {
      const socket = socketWith(request)
      forgetHandshake(socket)
      expect(textOf(socket)).not.to.include(SECRET)
    })

  it('leaves what cannot be overwritten, and ends nothing', () => {
    const request = Object.freeze({ url: SECRET, headers: {} })
    const socket = socketWith(request)
    forgetHandshake(socket)
    expect(request.url).to.equal(SECRET)
    expect(socket.handshake).to.deep.equal({ address: '127.0.0.1' })
  })
})

/** Requests that no well-behaved client sends. */
import { type IncomingHttpHeaders, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { atEndOfTest } from './cleanup.ts'
import { eventOf, inTime } from './waiting.ts'

const HANDSHAKE = '/socket.io/?EIO=4&transport='

const WEBSOCKET_HEADERS = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
}

/** The status with which the hub answers a Socket.IO handshake; 101 is a WebSocket. */
export const handshakeStatus = (
  port: number,
  transport: 'polling' | 'websocket',
  headers: IncomingHttpHeaders,
): Promise<number | undefined> => {
  const asked = new Promise<number | undefined>((resolve, reject) => {
    const all = { ...headers, ...(transport === 'websocket' ? WEBSOCKET_HEADERS : {}) }
    const asking = request({
      host: '127.0.0.1',
      port,
      path: HANDSHAKE + transport,
      headers: all,
      agent: false,
    })
    asking.once('error', reject)
    asking.once('response', (response) => resolve(response.resume().statusCode))
    asking.once('upgrade', ({ statusCode }, socket) => {
      socket.destroy()
      resolve(statusCode)
    })
    asking.end()
  })
  return inTime(asked, () => `the answer to a ${transport} handshake`)
}

/** A connection on which a test writes what it likes. */
export const rawConnection = async (port: number): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1')
  atEndOfTest(() => socket.destroy())
  await eventOf(socket, 'connect')
  return socket
}

/** A proxy between real clients and the hub that keeps what the clients send, connection by connection. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface RecordingProxy {
  readonly url: string
  /** What each connection has sent, in the order in which they came. */
  recorded(): Buffer[]
  close(): Promise<void>
}

const join = (one: Socket, other: Socket): void => {
  one.pipe(other)
  one.on('error', () => other.destroy())
  one.on('close', () => other.destroy())
}

export const startRecordingProxy = async (hubPort: number): Promise<RecordingProxy> => {
  const connections: Buffer[][] = []
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const pieces: Buffer[] = []
    connections.push(pieces)
    const hub = connect(hubPort, '127.0.0.1')
    for (const socket of [client, hub]) sockets.add(socket)
    client.on('data', (piece) => pieces.push(piece))
    join(client, hub)
    join(hub, client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    recorded: () => connections.map((pieces) => Buffer.concat(pieces)),
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

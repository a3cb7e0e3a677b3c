/** What both controls are made of: a Socket.IO server without anything that costs, the ready line of a hub, and a hub's report of what it has counted. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Namespace, Server } from 'socket.io'
import type { Handshake } from '../../../shared/messages.ts'
import { type ClientToHub, type HubToClient, NAMESPACE } from '../../../shared/protocol.ts'
import type { HubReport } from '../../../shared/run-report.ts'

export type ControlNamespace = Namespace<ClientToHub, HubToClient, Record<string, never>, object>

/** Counted by the control as it goes. */
export interface Counts {
  accepted: number
  handovers: number
  acknowledged: number
}

const reportOf = ({ accepted, handovers, acknowledged }: Counts): HubReport => ({
  actor: 'hub',
  accepted,
  repeats: 0,
  refused: 0,
  handovers,
  redelivered: 0,
  acknowledged,
  owed: handovers - acknowledged,
  deadLetters: 0,
  waiting: 0,
})

/** Listens on a free port of loopback and serves until its parent says `stop`, or is gone. */
export const serveControl = (
  counts: Counts,
  connected: (socket: ReturnType<ControlNamespace['sockets']['get']> & object, identity: Handshake) => void,
): void => {
  const http = createServer()
  const io = new Server<ClientToHub, HubToClient, Record<string, never>, object>(http, {
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    transports: ['websocket'],
  })
  io.of(NAMESPACE).on('connection', (socket) => connected(socket, socket.handshake.auth as Handshake))
  http.listen(0, '127.0.0.1', () => {
    const { port } = http.address() as AddressInfo
    process.stdout.write(`CONTROL: taking connections on http://127.0.0.1:${port}\n`)
  })
  const report = () => process.send?.({ report: reportOf(counts) })
  process.on('message', (message) => {
    if (message === 'report') report()
    if (message === 'stop') process.send?.({ report: reportOf(counts) }, () => process.exit(0))
  })
  process.once('disconnect', () => process.exit(0))
}

/** A participant with socket.io-client and nothing else: one frame an event, a callback each way. */
import { io, type Socket } from 'socket.io-client'
import {
  type ClientToHub,
  EVENT_NAMES,
  type HandedEvent,
  type HandoverReply,
  type HubToClient,
  NAMESPACE,
  type Receipt,
} from '../../../shared/protocol.ts'
import type { OpenParticipant, Participant, ParticipantSettings } from './participant.ts'

type HubSocket = Socket<HubToClient, ClientToHub>

const CONNECT_TIMEOUT_MS = 60_000

const connected = (socket: HubSocket): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })

const participantOf = (socket: HubSocket, failed: (why: string) => void): Participant => ({
  keepsOrder: false,
  publish(event, payload, confirmed) {
    // The workload pairs names and payloads; the library's types cannot follow. The callback has no name, since tsx would give it one anew for every event, which costs more than calling it.
    socket.emit(event as 'pickup', payload as never, (receipt: Receipt) => {
      if (receipt.ok) confirmed()
      else failed(`${event}: ${receipt.code}: ${receipt.message}`)
    })
  },
  async close() {
    socket.off('disconnect')
    // Engine.IO's client closes when everything that was written before has left.
    const closed = new Promise((resolve) => void socket.io.engine.once('close', resolve))
    socket.disconnect()
    await closed
  },
})

export const openPlain: OpenParticipant = async ({
  url,
  identity,
  window,
  handed,
  failed,
}: ParticipantSettings) => {
  const socket: HubSocket = io(new URL(NAMESPACE, url).href, {
    auth: { ...identity, window },
    forceNew: true,
    reconnection: false,
    timeout: CONNECT_TIMEOUT_MS,
    transports: ['websocket'],
  })
  for (const name of EVENT_NAMES)
    socket.on(name, (event: HandedEvent, reply: HandoverReply) => {
      handed(event)
      reply()
    })
  await connected(socket)
  socket.on('disconnect', (reason) => failed(`a connection broke: ${reason}`))
  return participantOf(socket, failed)
}

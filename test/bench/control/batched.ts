/**
 * Control B: the same without any durability, in the frames of CAPS' batched protocol, so that the link library can be its client: `publish` lists, one `events` frame to each participant with what one turn of
 * the event loop gathered, `acknowledge` lists.
 */
import type { Socket } from 'socket.io'
import type { Handshake, Order, Progress, Publication } from '../../../shared/messages.ts'
import type { ClientToHub, HandedEvent, HubToClient, Receipt } from '../../../shared/protocol.ts'
import { deliveredOf, inTransitOf, pickupOf } from './orders.ts'
import { type Counts, serveControl } from './serve.ts'

type Peer = Socket<ClientToHub, HubToClient, Record<string, never>, object>

/** A participant with what this turn has gathered for it. */
interface Participant {
  readonly peer: Peer
  readonly name: string
  gathered: HandedEvent[]
}

const counts: Counts = { accepted: 0, handovers: 0, acknowledged: 0 }
const drivers: Participant[] = []
const stores = new Map<string, Participant[]>()
const UNKNOWN: Receipt = { ok: false, code: 'unknown-order', temporary: false, message: 'no such order' }
let turn = 0
/** Those with something gathered. */
let waiting: Participant[] = []

const flush = (): void => {
  const now = waiting
  waiting = []
  for (const participant of now) {
    counts.handovers += participant.gathered.length
    participant.peer.emit('events', participant.gathered)
    participant.gathered = []
  }
}

const gather = (participant: Participant, event: HandedEvent): void => {
  if (waiting.length === 0) setImmediate(flush)
  if (participant.gathered.push(event) === 1) waiting.push(participant)
}

const nextDriver = (): Participant => {
  turn = (turn + 1) % drivers.length
  return drivers[turn]!
}

const eventOf = ({ event, payload }: Publication, driver: string): HandedEvent | null => {
  if (event === 'pickup') return pickupOf(payload as Order)
  return event === 'in-transit' ? inTransitOf(payload as Progress, driver) : deliveredOf(payload as Progress)
}

const take = (publication: Publication, sender: string): Receipt => {
  const event = eventOf(publication, sender)
  if (event === null) return UNKNOWN
  counts.accepted += 1
  if (event.event === 'pickup') gather(nextDriver(), event)
  else for (const vendor of stores.get(event.payload.store) ?? []) gather(vendor, event)
  return { ok: true, id: event.id }
}

const LIMITS = { eventBytes: 20 * 1024, frameBytes: 256 * 1024, batchLength: 1000 } as const

const welcome = ({ peer, name }: Participant, { window = 100, capacity }: Handshake): void =>
  void peer.emit('welcome', {
    participant: name,
    protocol: 1,
    awayMs: 0,
    queued: 0,
    window,
    ...(capacity === undefined ? {} : { capacity }),
    limits: LIMITS,
  })

const join = (participant: Participant, store: string | undefined): void => {
  const peers = store === undefined ? drivers : (stores.get(store) ?? [])
  if (store !== undefined) stores.set(store, peers)
  peers.push(participant)
  participant.peer.once('disconnect', () => void peers.splice(peers.indexOf(participant), 1))
}

serveControl(counts, (peer, identity) => {
  const { store, id = 'main' } = identity
  const participant: Participant = { peer, name: id, gathered: [] }
  join(participant, store)
  peer.on('publish', (batch, confirm) => confirm(batch.map((publication) => take(publication, id))))
  peer.on('acknowledge', (entries) => {
    counts.acknowledged += entries.length
  })
  welcome(participant, identity)
})

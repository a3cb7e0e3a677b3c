/**
 * Control A: a CAPS hub as one writes it with plain Socket.IO when nothing must last. Stores are rooms, pickups go to the drivers in turn, everything is confirmed at once and handed over in a frame of its own with a callback.
 */
import type { Socket } from 'socket.io'
import type { Order, Progress } from '../../../shared/messages.ts'
import type { ClientToHub, HandedEvent, HubToClient, Receipt } from '../../../shared/protocol.ts'
import { deliveredOf, inTransitOf, pickupOf } from './orders.ts'
import { type Counts, serveControl } from './serve.ts'

type Peer = Socket<ClientToHub, HubToClient, Record<string, never>, object>
type Confirm = (receipt: Receipt) => void

const counts: Counts = { accepted: 0, handovers: 0, acknowledged: 0 }
const drivers: Peer[] = []
let turn = 0

const acknowledged = () => {
  counts.acknowledged += 1
}

const hand = (peer: Peer, event: HandedEvent): void => {
  counts.handovers += 1
  peer.emit(event.event, event, acknowledged)
}

const nextDriver = (): Peer => {
  turn = (turn + 1) % drivers.length
  return drivers[turn]!
}

const accept = ({ id }: HandedEvent, confirm: Confirm): void => {
  counts.accepted += 1
  confirm({ ok: true, id })
}

const UNKNOWN: Receipt = { ok: false, code: 'unknown-order', temporary: false, message: 'no such order' }

const serveVendor = (vendor: Peer, store: string): void => {
  vendor.join(store)
  vendor.on('pickup', (order: Order, confirm: Confirm) => {
    const event = pickupOf(order)
    accept(event, confirm)
    hand(nextDriver(), event)
  })
}

/** To everybody in the store's room; each with its own callback. */
const tellStore = ({ nsp }: Peer, event: HandedEvent): void => {
  for (const id of nsp.adapter.rooms.get(event.payload.store) ?? []) hand(nsp.sockets.get(id)!, event)
}

const serveDriver = (driver: Peer, name: string): void => {
  drivers.push(driver)
  driver.once('disconnect', () => void drivers.splice(drivers.indexOf(driver), 1))
  const report =
    (eventOf: (progress: Progress) => HandedEvent | null) => (progress: Progress, confirm: Confirm) => {
      const event = eventOf(progress)
      if (event === null) return confirm(UNKNOWN)
      accept(event, confirm)
      tellStore(driver, event)
    }
  driver.on(
    'in-transit',
    report((progress) => inTransitOf(progress, name)),
  )
  driver.on('delivered', report(deliveredOf))
}

serveControl(counts, (socket, { role, store = '', id = '' }) => {
  if (role === 'vendor') serveVendor(socket, store)
  else serveDriver(socket, id)
})

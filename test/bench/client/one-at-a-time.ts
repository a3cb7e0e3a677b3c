/**
 * The client process of S4: plain Socket.IO clients, one event at a time. An event is published when the one before is confirmed, handed over and acknowledged, and the hub has written that down: it answers an empty `publish`
 * only then, see docs/PROTOCOL.md. So nothing else waits for the disk while a confirmation is measured.
 */
import { once } from 'node:events'
import { io, type Socket } from 'socket.io-client'
import type { HandoverReply, Receipt } from '../../../shared/protocol.ts'
import { serveFunctions } from '../../load/worker.ts'

const connect = async (url: string, auth: object = {}): Promise<Socket> => {
  const socket = io(url, { auth, forceNew: true, reconnection: false, transports: ['websocket'] })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  return socket
}

interface Sockets {
  readonly vendor: Socket
  readonly driver: Socket
  readonly bare: Socket
}

let sockets: Sockets | null = null
let made = 0

const theSockets = (): Sockets => {
  if (sockets === null) throw new Error('nothing is open')
  return sockets
}

const nextOrder = (store: string) => {
  const orderId = `order-${made}`
  made += 1
  return { store, orderId, customer: 'Ada Li', address: '1 Main St' }
}

/** From the call to the callback. */
const confirmedMs = (socket: Socket, event: string, payload: object): Promise<number> =>
  new Promise((resolve, reject) => {
    const beganMs = performance.now()
    socket.emit(event, payload, (receipt: Receipt) => {
      if (receipt.ok) resolve(performance.now() - beganMs)
      else reject(new Error(`${event}: ${receipt.code}: ${receipt.message}`))
    })
  })

/** Resolves when the event that comes next has been acknowledged and that is on disk. */
const settled = async (receiver: Socket, event: string): Promise<void> => {
  const [, reply] = (await once(receiver as unknown as NodeJS.EventEmitter, event)) as [object, HandoverReply]
  reply()
  await receiver.emitWithAck('publish', [])
}

const oneEvent = async (
  event: string,
  payload: object,
  { sender, receiver }: { sender: Socket; receiver: Socket },
): Promise<number> => {
  const handedOver = settled(receiver, event)
  const tookMs = await confirmedMs(sender, event, payload)
  await handedOver
  return tookMs
}

const oneOrder = async ({ vendor, driver }: Sockets): Promise<number[]> => {
  const order = nextOrder('store-0')
  const progress = { store: order.store, orderId: order.orderId }
  return [
    await oneEvent('pickup', order, { sender: vendor, receiver: driver }),
    await oneEvent('in-transit', progress, { sender: driver, receiver: vendor }),
    await oneEvent('delivered', progress, { sender: driver, receiver: vendor }),
  ]
}

const functions = {
  open: async ({ hubUrl, bareUrl }: { hubUrl: string; bareUrl: string }): Promise<void> => {
    const caps = new URL('/caps', hubUrl).href
    sockets = {
      driver: await connect(caps, { role: 'driver', id: 'driver-0' }),
      vendor: await connect(caps, { role: 'vendor', store: 'store-0', id: 'main' }),
      bare: await connect(bareUrl),
    }
  },
  /** What each confirmation of so many orders' events took, in milliseconds, and all of it together. */
  run: async ({ orders }: { orders: number }): Promise<{ tookMs: number[]; elapsedMs: number }> => {
    const tookMs: number[] = []
    const beganMs = performance.now()
    for (let index = 0; index < orders; index += 1) tookMs.push(...(await oneOrder(theSockets())))
    return { tookMs, elapsedMs: performance.now() - beganMs }
  },
  /** What each of so many callbacks of the bare server took, in milliseconds. */
  roundTrips: async ({ count }: { count: number }): Promise<number[]> => {
    const tookMs: number[] = []
    for (let index = 0; index < count; index += 1)
      tookMs.push(await confirmedMs(theSockets().bare, 'pickup', nextOrder('store-0')))
    return tookMs
  },
  close: (_: object): void => {
    for (const socket of Object.values(theSockets())) socket.disconnect()
  },
}

export type OneAtATimeFunctions = typeof functions

serveFunctions(functions)

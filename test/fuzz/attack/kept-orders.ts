/** Gives each attacking driver the one order that it has room for, in transit and never delivered: so none of them is ever offered a healthy one. */
import { io, type Socket } from 'socket.io-client'
import { orderKey } from '../../../shared/ids.ts'
import type { Handshake } from '../../../shared/messages.ts'
import { type HandedEvent, NAMESPACE, type Receipt } from '../../../shared/protocol.ts'
import { STOCK_STORE, type Tokens } from '../cast.ts'
import { ATTACKING_DRIVERS, driverName } from '../grammar/names.ts'

export interface Preparation {
  readonly url: string
  readonly tokens: Tokens
}

const connected = async ({ url, tokens }: Preparation, auth: Partial<Handshake>): Promise<Socket> => {
  const participant = auth.role === 'vendor' ? `vendor/${auth.store}/main` : `driver/${auth.id}`
  const token = tokens[participant]
  const socket = io(`${url}${NAMESPACE}`, {
    auth: { ...auth, ...(token === undefined ? {} : { token }) },
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('welcome', () => resolve())
    socket.once('connect_error', reject)
  })
  return socket
}

const accepted = async (socket: Socket, event: string, payload: object): Promise<void> => {
  const receipt: Receipt = await socket.emitWithAck(event, payload)
  if (!receipt.ok) throw new Error(`The hub refused ${event}: ${receipt.message}`)
}

const takeOne = async (preparation: Preparation, stock: Socket, index: number): Promise<void> => {
  const driver = await connected(preparation, { role: 'driver', id: driverName(index), capacity: 1 })
  const handed = new Promise<HandedEvent>((resolve) => driver.once('pickup', resolve))
  const orderId = `kept-${index}`
  await accepted(stock, 'pickup', { store: STOCK_STORE, orderId, customer: 'x', address: 'x' })
  const { payload } = await handed
  if (orderKey(payload.store, payload.orderId) !== orderKey(STOCK_STORE, orderId))
    throw new Error(`Driver ${index} was handed ${payload.orderId} instead of ${orderId}.`)
  await accepted(driver, 'in-transit', { store: STOCK_STORE, orderId })
  driver.disconnect()
}

export const takeKeptOrders = async (preparation: Preparation): Promise<void> => {
  const stock = await connected(preparation, { role: 'vendor', store: STOCK_STORE, receive: false })
  for (let index = 0; index < ATTACKING_DRIVERS; index += 1) await takeOne(preparation, stock, index)
  stock.disconnect()
}

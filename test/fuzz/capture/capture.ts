/**
 * What real clients send: a link and a plain socket.io-client, over both transports, live through the whole life of an order, one more watches and asks for all there is, and what they send is kept. What differs from run to run (tokens, entries, callbacks' numbers,
 * ids) is made the same, so that a seed always mutates the same packets.
 */
import { io, type Socket } from 'socket.io-client'
import type { Link, LinkOptions } from '../../../shared/link/index.ts'
import { type HandedEvent, NAMESPACE } from '../../../shared/protocol.ts'
import { type Action, type Look, WATCH_NAMESPACE } from '../../../shared/watch.ts'
import { connectedLink } from '../../load/participants.ts'
import { CAPTURE_DRIVER, CAPTURE_STORE, CAPTURE_WATCHER, type Tokens } from '../cast.ts'
import { packetsIn } from './packets-in.ts'
import { startRecordingProxy } from './recording-proxy.ts'

const withToken = (tokens: Tokens, participant: string): { token?: string } => {
  const token = tokens[participant]
  return token === undefined ? {} : { token }
}

const orderOf = (orderId: string) => ({
  store: CAPTURE_STORE,
  orderId,
  customer: 'Ada Li',
  address: '1 Main St',
})

const openLink = (options: LinkOptions, prepare: (link: Link) => void = () => {}): Promise<Link> =>
  connectedLink(options, prepare)

/** An order from its pickup to its end, a release and an answer to `track`, between links. */
const withLinks = async (url: string, tokens: Tokens): Promise<void> => {
  let hasBeenDelivered = () => {}
  const delivered = new Promise<void>((resolve) => {
    hasBeenDelivered = resolve
  })
  const vendor = await openLink(
    { url, role: 'vendor', store: CAPTURE_STORE, ...withToken(tokens, `vendor/${CAPTURE_STORE}/main`) },
    (link) => {
      link.on('in-transit', () => {})
      link.on('delivered', () => hasBeenDelivered())
    },
  )
  const driver = await openLink(
    { url, role: 'driver', id: CAPTURE_DRIVER, ...withToken(tokens, `driver/${CAPTURE_DRIVER}`) },
    (link) => {
      link.on('pickup', ({ payload: { store, orderId } }: HandedEvent) => {
        for (const event of ['in-transit', 'delivered'] as const)
          link.publish(event, { store, orderId }).catch(() => {})
      })
    },
  )
  await vendor.publish('pickup', { ...orderOf('l-1'), details: { lines: [{ size: 2 }], note: 'é' } })
  await delivered
  await vendor.track('l-1')
  await driver.assignments()
  driver.position({ lat: 1.5, lng: 2 })
  await Promise.all([vendor, driver].map((link) => link.close({ drain: true })))
}

const openPlain = async (url: string, auth: object, transports: string[]): Promise<Socket> => {
  const socket = io(`${url}${NAMESPACE}`, {
    auth: auth as Record<string, unknown>,
    transports,
    forceNew: true,
    reconnection: false,
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('welcome', () => resolve())
    socket.once('connect_error', reject)
  })
  return socket
}

const nextEvent = (
  socket: Socket,
  name: string,
): Promise<{ event: HandedEvent; reply: (answer?: object) => void }> =>
  new Promise((resolve) => {
    socket.once(name, (event: HandedEvent, reply: (answer?: object) => void) => resolve({ event, reply }))
  })

/** The same between plain clients, with what links never send. */
const withPlainClients = async (url: string, tokens: Tokens, transports: string[]): Promise<void> => {
  const orderId = `p-${transports.length}-${transports[0]}`
  const vendor = await openPlain(
    url,
    {
      role: 'vendor',
      store: CAPTURE_STORE,
      protocol: 1,
      ...withToken(tokens, `vendor/${CAPTURE_STORE}/main`),
    },
    transports,
  )
  const driver = await openPlain(
    url,
    { role: 'driver', id: CAPTURE_DRIVER, capacity: 1, ...withToken(tokens, `driver/${CAPTURE_DRIVER}`) },
    transports,
  )
  const [pickup, inTransit] = [nextEvent(driver, 'pickup'), nextEvent(vendor, 'in-transit')]
  await vendor.emitWithAck('pickup', orderOf(orderId))
  const { reply, event } = await pickup
  reply()
  await driver.emitWithAck('assignments')
  await driver.emitWithAck('release', { store: CAPTURE_STORE, orderId: 'none', reason: 'not home' })
  driver.emit('position', { lat: 1, lng: 2 })
  driver.emit('reject', [{ entry: event.entry, reason: 'late' }])
  await driver.emitWithAck('publish', [
    { event: 'in-transit', payload: { store: CAPTURE_STORE, orderId } },
    { event: 'delivered', payload: { store: CAPTURE_STORE, orderId } },
  ])
  const handed = await inTransit
  handed.reply({ reject: 'busy' })
  vendor.emit('acknowledge', [handed.event.entry])
  await vendor.emitWithAck('track', { orderId })
  await vendor.emitWithAck('token', 'x')
  await driver.emitWithAck('leave')
  vendor.disconnect()
}

const PARTICIPANT = `vendor/${CAPTURE_STORE}/main`
const LOOKS: readonly Look[] = [
  { view: 'now' },
  { view: 'system' },
  { view: 'map' },
  { view: 'orders', filter: { store: CAPTURE_STORE, state: 'delivered', fromMs: 0 }, after: '' },
  { view: 'order', store: CAPTURE_STORE, orderId: 'l-1' },
  { view: 'queues', onlyTrouble: false, search: 'vendor/', after: 'name:' },
  { view: 'queue', participant: PARTICIPANT, place: 'dead', after: '1' },
  { view: 'dead-letters', participant: PARTICIPANT },
]
const ACTIONS: readonly Action[] = [
  { action: 'pause', participant: PARTICIPANT },
  { action: 'resume', participant: PARTICIPANT },
  { action: 'replay', participant: PARTICIPANT, entries: 'all' },
  { action: 'drop', participant: PARTICIPANT, entries: ['1'] },
]

/** All that one who watches can ask. */
const withWatcher = async (url: string, tokens: Tokens): Promise<void> => {
  const socket = io(`${url}${WATCH_NAMESPACE}`, {
    auth: withToken(tokens, CAPTURE_WATCHER),
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('hello', () => resolve())
    socket.once('connect_error', reject)
  })
  for (const look of LOOKS) await socket.emitWithAck('look', look)
  for (const action of ACTIONS) await socket.emitWithAck('act', action)
  await socket.emitWithAck('token', 'x')
  socket.disconnect()
}

const SAME: readonly (readonly [RegExp, string])[] = [
  [/"token":"[^"]*"/g, '"token":"x"'],
  [/"entry":"[^"]*"/g, '"entry":"e1"'],
  [/(\["acknowledge",\[)[^\]]*/, '$1"e1"'],
  [/^4([23])(\/(?:caps|watch),)\d+/, '4$1$27'],
]

const madeSame = (packet: string): string =>
  SAME.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), packet)

/** What the clients have sent, each kind of packet once, in a fixed order. The participants have left, or own nothing. */
export const capturePackets = async (hubPort: number, tokens: Tokens): Promise<string[]> => {
  const proxy = await startRecordingProxy(hubPort)
  try {
    await withLinks(proxy.url, tokens)
    for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']])
      await withPlainClients(proxy.url, tokens, transports)
    await withWatcher(proxy.url, tokens)
    return [...new Set(proxy.recorded().flatMap(packetsIn).map(madeSame))].sort()
  } finally {
    await proxy.close()
  }
}

import { ACCESS, SOCKETS } from './parts.ts'
import type { Plant } from './plant.ts'

const sockets = (name: string) => ({ file: `hub/sockets/${name}.ts`, tests: SOCKETS }) as const

export const SK_PLANTS: readonly Plant[] = [
  {
    ...sockets('identity'),
    rule: 'SK1',
    name: 'an older version of the protocol is let in',
    from: 'return protocol === PROTOCOL_VERSION',
    to: 'return protocol <= PROTOCOL_VERSION',
  },
  {
    ...sockets('dispatch'),
    rule: 'SK2',
    name: 'an answer that nobody waits for is not counted',
    from: 'if (callback === null) countUnheard(line, answer)',
    to: 'if (callback === null) return',
  },
  {
    ...sockets('peer-refusals'),
    rule: 'SK3',
    name: 'an unknown message is called malformed',
    from: "refusal('unknown-message',",
    to: "refusal('malformed',",
  },
  {
    ...sockets('outlet'),
    rule: 'SK4',
    name: 'a batch has callbacks as well',
    from: 'heard.map((one) => new Handed(one)),',
    to: `heard.map((one) => new Handed(one)),
        ...([() => {}] as unknown as []),`,
  },
  {
    ...sockets('outlet'),
    rule: 'SK5',
    name: "a callback's false acknowledges",
    from: 'reply === undefined || reply === null',
    to: 'reply === undefined || reply === null || reply === false',
  },
  {
    ...sockets('dispatch'),
    rule: 'SK6',
    name: 'a displaced connection is served',
    from: 'if (!session.isCurrent()) return NOT_CONNECTED',
    to: "if (!session.isCurrent() && name === '') return NOT_CONNECTED",
  },
  {
    ...sockets('handlers'),
    rule: 'SK7',
    name: "a vendor's position is relayed",
    from: "if (decoded.ok && may(peer.identity, 'position')) peer.relay",
    to: 'if (decoded.ok) peer.relay',
  },
  {
    ...sockets('slow-reader'),
    rule: 'SK8',
    name: 'what the operating system has not taken is not counted',
    from: 'return unwritten + (transport?.socket?.bufferedAmount ?? 0)',
    to: 'return unwritten + 0 * (transport?.socket?.bufferedAmount ?? 0)',
  },
  {
    file: 'hub/access/origin.ts',
    tests: ACCESS,
    rule: 'SK9',
    name: 'a page of another port of this machine is let in',
    from: 'site.allowedOrigins.includes(origin) ||',
    to: "site.allowedOrigins.includes(origin) || origin.startsWith('http://localhost') ||",
  },
  {
    ...sockets('handlers'),
    rule: 'SK10',
    name: 'an order is tracked in whatever store',
    from: 'peer.orders.track(orderKey(store, decoded.value.orderId)',
    to: 'peer.orders.track(orderKey(decoded.value.orderId, store)',
  },
  {
    ...sockets('welcome'),
    rule: 'SK11',
    name: 'a window above the greatest is granted',
    from: 'window: Math.min(handshake.window ?? options.window, options.greatestWindow)',
    to: 'window: handshake.window ?? options.window',
  },
  {
    ...sockets('connection'),
    rule: 'SK12',
    name: 'a connection stays in the room that bears its id',
    from: 'void socket.leave(socket.id)',
    to: 'void socket.id',
  },
  {
    ...sockets('frame-limit'),
    rule: 'SK13',
    name: 'what is nested too deeply passes for empty',
    from: 'return Number.POSITIVE_INFINITY',
    to: 'return 0',
  },
  {
    ...sockets('handlers'),
    rule: 'SK14',
    name: 'one request more than a hundred waits',
    from: 'if (requests.waiting >= MOST_REQUESTS)',
    to: 'if (requests.waiting > MOST_REQUESTS)',
  },
  {
    ...sockets('slow-reader'),
    rule: 'SK15',
    name: 'a silent peer keeps its WebSocket',
    from: "if (reason === 'ping timeout')",
    to: "if (reason === 'ping')",
  },
  {
    ...sockets('door'),
    rule: 'SK16',
    name: 'one connection too many is let in in a turn',
    from: 'letIn < A_TURN',
    to: 'letIn <= A_TURN',
  },
  {
    ...sockets('gathering'),
    rule: 'SK17',
    name: 'a frame of events overtakes single ones',
    from: `this.handOn()
    this.#ends.intake.publish(frame, reply)`,
    to: 'this.#ends.intake.publish(frame, reply)',
  },
]

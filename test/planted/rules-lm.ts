import { DOMAIN, INTAKE, SESSIONS, SOCKETS } from './parts.ts'
import type { Plant } from './plant.ts'

const LIMITS = ['test/system/limits.test.ts'] as const
const FAREWELLS = ['test/system/farewells.test.ts'] as const
const sockets = (name: string) =>
  ({ file: `hub/sockets/${name}.ts`, tests: [...SOCKETS, ...LIMITS] }) as const

export const LM_PLANTS: readonly Plant[] = [
  {
    rule: 'LM1',
    name: 'an event that is too large passes',
    file: 'hub/intake/event-limits.ts',
    tests: [...INTAKE, ...LIMITS],
    from: 'return bytes <= eventBytes\n',
    to: 'return bytes > 0\n',
  },
  {
    rule: 'LM2',
    name: 'attachments are waited for',
    file: 'shared/packets.ts',
    tests: LIMITS,
    from: "typeof packet !== 'string' || WITH_ATTACHMENTS.includes(packet.charAt(0))",
    to: "typeof packet !== 'string' || WITH_ATTACHMENTS.includes('')",
  },
  {
    rule: 'LM3',
    name: 'a refused order costs as much as an accepted one',
    file: 'hub/intake/allowances.ts',
    tests: [...DOMAIN, ...INTAKE],
    from: 'if (waitMs > 0) return waitMs\n',
    to: 'this.#events.spend(waitMs > 0 ? 1 : 0, nowMs)\n    if (waitMs > 0) return waitMs\n',
  },
  {
    ...sockets('pace'),
    rule: 'LM4',
    name: 'a fast peer is read on',
    from: 'webSocket.pause()',
    to: 'void webSocket.pause',
  },
  {
    rule: 'LM5',
    name: 'whoever is known counts as new',
    file: 'hub/sessions/sessions.ts',
    tests: SESSIONS,
    from: 'isNew ? this.#newcomers.take(transaction.nowMs) : 0',
    to: 'isNew || known !== null ? this.#newcomers.take(transaction.nowMs) : 0',
  },
  {
    ...sockets('lobby'),
    rule: 'LM6',
    name: 'whoever is late is told, and stays',
    from: '    this.#cutWhenTold(newcomer)\n  }\n\n  /** Nothing more',
    to: '  }\n\n  /** Nothing more',
  },
  {
    ...sockets('lobby'),
    rule: 'LM7',
    name: 'messages of whoever is not known may be large',
    from: '    this.leave(newcomer)\n    takeMessagesUpTo(newcomer.transport, this.#fromNewcomers)\n',
    to: '    this.leave(newcomer)\n    takeMessagesUpTo(newcomer.transport, this.#fromAdmitted)\n',
  },
  {
    ...sockets('entry'),
    rule: 'LM8',
    name: 'newcomers are let in without end',
    from: '>= options.unauthenticatedConnections',
    to: '< options.unauthenticatedConnections - options.unauthenticatedConnections',
  },
  {
    ...sockets('entry'),
    rule: 'LM9',
    name: 'this machine is held to limits of addresses while the hub is open',
    from: 'if (this.#parts.isExempt(remoteAddress)) return null',
    to: "if (this.#parts.isExempt('')) return null",
  },
  {
    ...sockets('flapping'),
    rule: 'LM10',
    name: 'connections that last count as flapping',
    from: 'lastedMs >= SOON_MS ||',
    to: 'lastedMs >= 10 * SOON_MS ||',
  },
  {
    ...sockets('slow-reader'),
    rule: 'LM11',
    name: 'what is added counts as progress',
    from: '{bytesWritten - writableLength}',
    to: '{bytesWritten}',
  },
  {
    ...sockets('websocket-engine'),
    rule: 'LM12',
    name: 'a message may come in any number of parts',
    from: 'maxFragments: limits.websocketFragments',
    to: 'maxFragments: 0 * limits.websocketFragments',
  },
  {
    rule: 'LM13',
    name: 'constructor is a key like any other',
    file: 'shared/details.ts',
    tests: [...LIMITS, 'test/shared/details.test.ts'],
    from: "new Set(['__proto__', 'constructor', 'prototype'])",
    to: "new Set(['__proto__', 'prototype'])",
  },
  {
    rule: 'LM14',
    name: 'nobody looks for requests that take too long',
    file: 'hub/http/server.ts',
    tests: LIMITS,
    from: 'connectionsCheckingInterval: CHECK_PERIOD_MS',
    to: 'connectionsCheckingInterval: 1000 * CHECK_PERIOD_MS',
  },
  {
    ...sockets('network'),
    rule: 'LM15',
    name: 'the log tells whole addresses',
    from: 'isIPv6(known) ? prefixOf(known, 3)',
    to: 'isIPv6(known) ? prefixOf(known, 8)',
  },
  {
    file: 'hub/sockets/server.ts',
    tests: FAREWELLS,
    rule: 'LM16',
    name: 'binary data ends a connection without a word',
    from: 'if (!(error instanceof BrokenPacket)) return',
    to: 'if (!(error instanceof BrokenPacket) || error.cause instanceof BinaryData) return',
  },
  {
    file: 'hub/sockets/websocket-engine.ts',
    tests: FAREWELLS,
    rule: 'LM16',
    name: 'a message that is too large ends a connection without a word',
    from: 'for (const packet of this.farewell) this.send(packet)',
    to: 'void this.farewell',
  },
  {
    ...sockets('addresses'),
    rule: 'LM17',
    name: 'connections that have ended count on',
    from: 'this.#sizes.get(place) ?? 1) - 1',
    to: 'this.#sizes.get(place) ?? 1) - 0',
  },
]

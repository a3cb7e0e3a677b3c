/** A client process of `idle`: thousands of connections that are let in and then do nothing. */
import type { Handshake } from '../../../shared/messages.ts'
import { serveFunctions } from '../../load/worker.ts'
import { IdlePeer } from './idle-peer.ts'

const peers: IdlePeer[] = []

/** Opens all, so many at a time: the next one as soon as one is in. */
const openAll = async (
  handshakes: readonly Handshake[],
  { port, atATime }: { port: number; atATime: number },
): Promise<void> => {
  let next = 0
  const openSome = async () => {
    while (next < handshakes.length) {
      const handshake = handshakes[next]!
      next += 1
      peers.push(await IdlePeer.open(port, handshake))
    }
  }
  await Promise.all(Array.from({ length: atATime }, openSome))
}

const functions = {
  /** Resolves when all are in. */
  open: (asked: { port: number; handshakes: readonly Handshake[]; atATime: number }): Promise<void> =>
    openAll(asked.handshakes, asked),

  /** Connections that have ended although nobody here has closed them. */
  lost: (_: object): number => peers.filter(({ hasEnded }) => hasEnded).length,

  closeAll: (_: object): void => {
    for (const peer of peers.splice(0)) peer.close()
  },
}

export type IdleClients = typeof functions

serveFunctions(functions)

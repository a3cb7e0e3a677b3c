/** The client process of `frozen` with the frozen ones: connected, admitted, then reading nothing more. */

import { RawReader } from '../support/raw-reader.ts'
import { monotonicMs } from './machine.ts'
import { openAll } from './participants.ts'
import { serveFunctions } from './worker.ts'

const HANDSHAKE = { role: 'vendor', batch: true } as const

let readers: RawReader[] = []
let timers: NodeJS.Timeout[] = []

const functions = {
  /** In the order of `names`: the port that names its connection, and since when it reads nothing. */
  freeze: async ({ port, names }: { port: number; names: readonly [string, string][] }) => {
    const frozen = await openAll(names, async ([store, id]) => {
      const reader = await RawReader.openFrozen(port, { ...HANDSHAKE, store, id })
      return { reader, sinceMs: monotonicMs() }
    })
    readers = frozen.map(({ reader }) => reader)
    return frozen.map(({ reader, sinceMs }) => ({ port: reader.port, sinceMs }))
  },

  /** From now on some of them ask again and again for an order, without listening. `orders`: what each one asks for, null for those that are silent. */
  keepAsking: ({ orders, perSecond }: { orders: readonly (string | null)[]; perSecond: number }): void => {
    const asking = orders.flatMap((orderId, index) =>
      orderId === null ? [] : { reader: readers[index]!, orderId },
    )
    const forAll = (run: (one: (typeof asking)[number]) => void) => () => {
      for (const one of asking) run(one)
    }
    timers = [
      setInterval(
        forAll(({ reader, orderId }) => reader.ask(orderId)),
        1000 / perSecond,
      ),
      setInterval(
        forAll(({ reader }) => reader.claimToBeAlive()),
        1000,
      ),
    ]
  },

  endAll: (_: object): void => {
    for (const timer of timers.splice(0)) clearInterval(timer)
    for (const reader of readers.splice(0)) reader.destroy()
  },
}

export type FrozenReaders = typeof functions

serveFunctions(functions)

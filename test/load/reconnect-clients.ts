/**
 * A client process of `reconnect`: thousands of links, and for each of them when it was welcomed after the restart and when all was handled that it was owed then. Until the restart the tills'
 * handlers are held up: the first event of each order is in flight, unanswered, and the second waits for it in the hub.
 */
import type { HandedEvent, Link, Welcome } from '../../shared/link/index.ts'
import { monotonicMs } from './machine.ts'
import { carryAtOnce, connectedLink, openAll, Stopwatch } from './participants.ts'
import { serveFunctions } from './worker.ts'

/** One participant after the restart: when, on the machine's monotonic clock; null while it has not happened. */
export interface Return {
  readonly role: 'vendor' | 'driver'
  readonly welcomeMs: number | null
  /** The first handler that began: an event that it had not had in hand before. For a driver: the answer with its parcels. */
  readonly firstMs: number | null
  readonly caughtUpMs: number | null
  readonly owed: number
}

class Till {
  #release = () => {}
  readonly #released = new Promise<void>((resolve) => {
    this.#release = resolve
  })
  #isRestarted = false
  #owed = 0
  #handled = 0
  #welcomeMs: number | null = null
  #firstMs: number | null = null
  #caughtUpMs: number | null = null

  readonly handle = async (_: HandedEvent): Promise<void> => {
    if (this.#welcomeMs === null) await this.#released
    else this.#firstMs ??= monotonicMs()
    this.#handled += 1
    if (this.#handled === this.#owed) this.#caughtUpMs = monotonicMs()
  }

  expectRestart(): void {
    this.#isRestarted = true
  }

  welcomed({ queued }: Welcome): void {
    if (!this.#isRestarted || this.#welcomeMs !== null) return
    this.#welcomeMs = monotonicMs()
    this.#owed = queued
    if (queued === 0) this.#caughtUpMs = this.#welcomeMs
    // The hub hands over again what is in hand here; it is answered as a repeat.
    this.#release()
  }

  get return(): Return {
    const [welcomeMs, firstMs, caughtUpMs] = [this.#welcomeMs, this.#firstMs, this.#caughtUpMs]
    return { role: 'vendor', welcomeMs, firstMs, caughtUpMs, owed: this.#owed }
  }
}

/** A driver that asks for its parcels whenever it is back, as ours do. */
class Driver {
  readonly #link: Link
  #isRestarted = false
  #welcomeMs: number | null = null
  #answeredMs: number | null = null

  constructor(link: Link) {
    this.#link = link
  }

  expectRestart(): void {
    this.#isRestarted = true
  }

  welcomed(): void {
    if (!this.#isRestarted || this.#welcomeMs !== null) return
    this.#welcomeMs = monotonicMs()
    this.#link.assignments().then(
      () => {
        this.#answeredMs = monotonicMs()
      },
      // No answer in time: it never is back, for the figures.
      () => {},
    )
  }

  get return(): Return {
    const [welcomeMs, answeredMs] = [this.#welcomeMs, this.#answeredMs]
    return { role: 'driver', welcomeMs, firstMs: answeredMs, caughtUpMs: answeredMs, owed: 0 }
  }
}

const participants: (Till | Driver)[] = []
/** One till of each store, which asks for the pickups. */
const askers: { readonly store: string; readonly link: Link }[] = []
const failures = new Map<string, number>()
/** Of the drivers' reports; nobody asks for it. */
const stopwatch = new Stopwatch()

const watch = (link: Link, participant: Till | Driver): void => {
  participants.push(participant)
  link.onStatus((status) => {
    if (status.kind === 'connected') participant.welcomed(status.welcome)
    if (status.kind === 'waiting') failures.set(status.reason, (failures.get(status.reason) ?? 0) + 1)
  })
}

const functions = {
  openTills: async ({ url, names }: { url: string; names: readonly (readonly [string, string])[] }) => {
    await openAll(names, async ([store, id]) => {
      const till = new Till()
      const link = await connectedLink({ url, role: 'vendor', store, id }, (fresh) => {
        for (const event of ['in-transit', 'delivered'] as const) fresh.on(event, till.handle)
        watch(fresh, till)
      })
      if (askers.at(-1)?.store !== store) askers.push({ store, link })
    })
  },

  openDrivers: async ({ url, names }: { url: string; names: readonly string[] }) => {
    await openAll(names, (id) =>
      connectedLink({ url, role: 'driver', id }, (fresh) => {
        carryAtOnce(fresh, { stopwatch, details: {} })
        watch(fresh, new Driver(fresh))
      }),
    )
  },

  /** So many orders for each store. Resolves when the hub has confirmed the pickups. */
  publishOrders: async ({ perStore }: { perStore: number }) => {
    for (let number = 0; number < perStore; number += 1)
      await Promise.all(
        askers.map(({ store, link }) =>
          link.publish('pickup', {
            store,
            orderId: `order-${number}`,
            customer: 'Ada Li',
            address: '1 Main St',
          }),
        ),
      )
  },

  expectRestart: (_: object) => {
    failures.clear()
    for (const participant of participants) participant.expectRestart()
  },

  missing: (_: object): number =>
    participants.filter((participant) => participant.return.caughtUpMs === null).length,

  returns: (_: object): { returns: readonly Return[]; failures: Readonly<Record<string, number>> } => ({
    returns: participants.map((participant) => participant.return),
    failures: Object.fromEntries(failures),
  }),
}

export type ReconnectClients = typeof functions

serveFunctions(functions)

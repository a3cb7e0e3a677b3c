/**
 * The one file that wires the hub. In: sockets -> intake -> ledger. Out: ledger -> dispatcher -> outlet -> socket. The two lines meet only at the ledger; sessions and upkeep stand beside
 * them.
 */
import type { Server as HttpServer } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import { every } from '../shared/clock.ts'
import type { Fault } from '../shared/fault.ts'
import { driverOf, type OrderKey, type ParticipantId } from '../shared/ids.ts'
import { type Access, OPEN_ACCESS, TokenAccess } from './access/access.ts'
import { Revocations } from './access/revocations.ts'
import { freshDeliveries, joinHubs } from './among-hubs.ts'
import { Dispatcher } from './delivery/dispatcher.ts'
import { KeptPauses } from './delivery/kept-pauses.ts'
import { withdraw } from './delivery/lease-writer.ts'
import type { ParticipantRecord } from './domain/participant.ts'
import { type Doors, doorsOf, isExempt } from './doors.ts'
import type { About, HubParts } from './hub-parts.ts'
import { Intake } from './intake/intake.ts'
import type { Hubs } from './ledger/hubs.ts'
import type { LedgerTransaction } from './ledger/ledger.ts'
import {
  deliveryLedger,
  enterFleet,
  flushed,
  noteLedger,
  revocationLedger,
  upkeepLedger,
} from './ledger-ports.ts'
import { owedIn } from './owed.ts'
import { Sessions } from './sessions/sessions.ts'
import type { ConnectionParts } from './sockets/connection.ts'
import { createSocketServer, type SocketServer } from './sockets/server.ts'
import { trackOrder } from './track.ts'
import { Upkeep } from './upkeep/upkeep.ts'
import { uuids } from './uuids.ts'
import { createWatch } from './watch/create.ts'
import { deliveringOf } from './watch/delivering.ts'
import { feedLedger } from './watch/feed-ledger.ts'
import { ProcessMachine } from './watch/figures/machine.ts'
import { listsLedger } from './watch/lists/lists-ledger.ts'
import type { Watch } from './watch/watch.ts'

const NOTHING_ABOUT: About = { version: 'unknown', settings: {} }

const ALIVE_PERIOD_MS = 1000

export class Hub {
  readonly #parts: HubParts
  readonly #hubs: Hubs | null
  readonly access: Access
  readonly #dispatcher: Dispatcher
  readonly #deliveries: ConnectionParts['deliveries']
  readonly #pauses: KeptPauses
  readonly #intake: Intake
  readonly #sessions: Sessions<LedgerTransaction>
  readonly upkeep: Upkeep
  readonly watch: Watch
  readonly #stops: (() => void)[] = []
  readonly #failed: Promise<void>
  #sockets: SocketServer | null = null
  #isDraining = false
  #closed: Promise<void> | null = null

  private constructor(parts: HubParts, fleet: ParticipantRecord, access: Access) {
    const { ledger, clock, reports, pressure, options, ids = uuids(), hubs = null } = parts
    this.#parts = parts
    this.#hubs = hubs
    this.access = access
    this.#failed = new Promise((resolve) => ledger.onFault(() => resolve()))
    this.#dispatcher = new Dispatcher(
      { ledger: deliveryLedger(ledger, hubs), reports, clock, options, hubs },
      fleet.floor,
    )
    this.#deliveries = hubs === null ? this.#dispatcher : freshDeliveries(this.#dispatcher, hubs)
    const now = () => clock.now()
    this.#pauses = new KeptPauses({ ledger: noteLedger(ledger), delivery: this.#dispatcher, now })
    this.#intake = new Intake({ ledger, ids, reports, pressure, now, options })
    const heldBy = (driver: string) => this.#dispatcher.leasing.heldBy(driver)
    this.#sessions = new Sessions<LedgerTransaction>({
      ledger,
      options,
      lastAliveMs: hubs === null ? (ledger.lastAliveMs ?? clock.now()) : null,
      letGo: (id) => {
        // A driver that is away keeps what it holds, and so its hub.
        if (driverOf(id) === null) hubs?.letGo(id)
      },
      drivers: {
        heldBy,
        withdraw: (transaction, held) => withdraw(transaction, held, options),
      },
    })
    const presence = {
      isConnected: (id: ParticipantId) => this.#sessions.isConnected(id),
      isAwayWritten: hubs !== null,
      isCarrying: (id: ParticipantId) => {
        const driver = driverOf(id)
        return driver !== null && heldBy(driver).length > 0
      },
      isOthers: (id: ParticipantId) =>
        hubs !== null && (driverOf(id) === null ? !hubs.isFirst : !hubs.owns(id)),
    }
    this.upkeep = new Upkeep({
      ledger: upkeepLedger(ledger),
      clock,
      reports,
      presence,
      options,
      readyMs: clock.now(),
      isDoneByOther: () => hubs !== null && !hubs.isFirst,
      handed: this.#dispatcher.erasures,
    })
    this.watch = this.#createWatch()
  }

  #createWatch(): Watch {
    const { ledger, clock, reports, pressure, options, about = NOTHING_ABOUT } = this.#parts
    const { freeBytes = () => null, machine = new ProcessMachine(clock) } = this.#parts
    const { preciseMs = () => clock.now() } = this.#parts
    return createWatch({
      ...about,
      clock,
      preciseMs,
      reports,
      machine,
      access: this.access,
      outgoingBytes: options.outgoingBytes,
      ledger: { ...feedLedger(ledger), ...listsLedger(ledger), ...noteLedger(ledger) },
      presence: this.#sessions,
      delivering: deliveringOf(this.#dispatcher),
      pausing: this.#pauses,
      letters: this.upkeep.deadLetters,
      disk: { isDiskLow: () => pressure.isDiskLow(), freeBytes },
      lastAliveMs: ledger.lastAliveMs ?? clock.now(),
      isDraining: () => this.#isDraining,
      hubs: this.#hubs,
      relayPosition: (store, position) => {
        // A room asks nobody who is in it.
        this.access.endExpired()
        this.#sockets?.relayPosition(store, position)
      },
    })
  }

  /** Makes a hub on an open ledger: it knows what drivers hold, and delivers as soon as somebody is attached. */
  static async create(parts: HubParts): Promise<Hub> {
    const hub = new Hub(parts, await enterFleet(parts.ledger), await accessOf(parts))
    await hub.#pauses.load()
    await hub.watch.load()
    await hub.#joinHubs()
    await hub.#dispatcher.start()
    hub.#stops.push(
      parts.ledger.onCommitted(({ participantChanges }) => hub.#pauses.committed(participantChanges)),
    )
    hub.watch.start()
    hub.upkeep.start()
    parts.ledger.markAlive()
    hub.#stops.push(every(parts.clock, ALIVE_PERIOD_MS, () => parts.ledger.markAlive()))
    return hub
  }

  async #joinHubs(): Promise<void> {
    if (this.#hubs === null) return
    const stops = await joinHubs(this.#hubs, {
      dispatcher: this.#dispatcher,
      sessions: this.#sessions,
      pauses: this.#pauses,
      access: this.access,
    })
    this.#stops.push(...stops)
  }

  /** Serves the namespace on an HTTP server, which stays the caller's to listen with and to close. */
  serve(http: HttpServer | HttpsServer): void {
    const { options, clock, reports } = this.#parts
    const isAddressExempt = (address: string) => isExempt(this.access, address)
    const mayPoll = this.#hubs === null
    this.serveThrough((doors) =>
      createSocketServer(http, { options, clock, reports, mayPoll, isExempt: isAddressExempt, ...doors }),
    )
  }

  /** As `serve`, over whatever carries connections. Called once. */
  serveThrough(create: (doors: Doors) => SocketServer): void {
    this.#sockets = create(
      doorsOf({
        ...this.#parts,
        hubs: this.#hubs,
        access: this.access,
        dispatcher: this.#dispatcher,
        deliveries: this.#deliveries,
        intake: this.#intake,
        sessions: this.#sessions,
        watch: this.watch.door,
        isDraining: () => this.#isDraining,
      }),
    )
  }

  /** See `trackOrder`. */
  track(order: OrderKey, reply: Parameters<typeof trackOrder>[2]): void {
    trackOrder({ ledger: this.#parts.ledger, hasHubs: this.#hubs !== null }, order, reply)
  }

  /** Entries of all queues that are not yet acknowledged, leased pickups included; dead letters are not. Reads every participant. */
  async owed(): Promise<{ owed: number; waiting: number }> {
    const { owed, waiting } = await owedIn(this.#parts.ledger.reads)
    return { owed: owed + this.#dispatcher.leasing.leasedCount, waiting }
  }

  onFault(listener: (fault: Fault) => void): () => void {
    return this.#parts.ledger.onFault(listener)
  }

  /** Takes nothing new, tells the clients, finishes what is under way, and closes in reverse order of opening. The ledger is closed last. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    this.#isDraining = true
    this.#intake.drain()
    this.#sockets?.announceDraining()
    for (const stop of this.#stops.splice(0)) stop()
    this.access.stop()
    this.watch.stop()
    // What waits for a ledger that has failed would wait for ever.
    await Promise.race([this.upkeep.stop().then(() => flushed(this.#parts.ledger)), this.#failed])
    await this.#sockets?.close()
    this.#dispatcher.stop()
    this.#parts.ledger.markAlive()
    await this.#parts.ledger.close()
  }
}

const accessOf = async ({ keys, ledger, clock, ...parts }: HubParts): Promise<Access> => {
  if (keys == null) return OPEN_ACCESS
  const { wallClockMs: nowMs = () => clock.now() } = parts
  const revocations = await Revocations.load({ ledger: revocationLedger(ledger) }, nowMs())
  return new TokenAccess({ keys, revocations, clock, nowMs })
}

/**
 * The one file that wires the hub. In: sockets -> intake -> ledger. Out: ledger -> dispatcher -> outlet -> socket. The two lines meet only at the ledger; sessions and upkeep stand beside
 * them.
 */
import type { Server as HttpServer } from 'node:http'
import { type Clock, every } from '../shared/clock.ts'
import type { Fault } from '../shared/fault.ts'
import { driverOf, FLEET, type OrderKey, type ParticipantId } from '../shared/ids.ts'
import { Dispatcher } from './delivery/dispatcher.ts'
import { withdraw } from './delivery/lease-writer.ts'
import type { DeliveryLedger, DeliveryOptions } from './delivery/ports.ts'
import { newParticipant, owedTo, type ParticipantRecord } from './domain/participant.ts'
import { Intake, type IntakeOptions } from './intake/intake.ts'
import type { Ids, Pressure } from './intake/ports.ts'
import type { LevelLedger } from './ledger/level/level-ledger.ts'
import type { Transaction } from './ledger/level/transaction.ts'
import type { HubReports } from './reports.ts'
import { type SessionOptions, Sessions } from './sessions/sessions.ts'
import type { AdmissionParts } from './sockets/admission.ts'
import type { ConnectionOptions, ConnectionParts } from './sockets/connection.ts'
import { createSocketServer, type SocketServer, type SocketServerOptions } from './sockets/server.ts'
import { trackReply } from './track.ts'
import type { UpkeepLedger, UpkeepOptions } from './upkeep/ports.ts'
import { Upkeep } from './upkeep/upkeep.ts'
import { uuids } from './uuids.ts'

export type HubOptions = IntakeOptions &
  DeliveryOptions &
  SessionOptions &
  UpkeepOptions &
  ConnectionOptions &
  SocketServerOptions

export interface HubParts {
  readonly ledger: LevelLedger
  readonly clock: Clock
  readonly reports: HubReports
  readonly pressure: Pressure
  readonly options: HubOptions
  /** Default: UUIDs. */
  readonly ids?: Ids
}

/** What whoever carries the connections needs: to let them in, and to serve those that are in. */
export interface Doors {
  readonly admission: AdmissionParts
  readonly connection: ConnectionParts
}

const ALIVE_PERIOD_MS = 1000

export class Hub {
  readonly #parts: HubParts
  readonly #dispatcher: Dispatcher
  readonly #intake: Intake
  readonly #sessions: Sessions<Transaction>
  readonly upkeep: Upkeep
  readonly #stops: (() => void)[] = []
  readonly #failed: Promise<void>
  #sockets: SocketServer | null = null
  #isDraining = false
  #closed: Promise<void> | null = null

  private constructor(parts: HubParts, fleet: ParticipantRecord) {
    const { ledger, clock, reports, pressure, options, ids = uuids() } = parts
    this.#parts = parts
    this.#failed = new Promise((resolve) => ledger.onFault(() => resolve()))
    this.#dispatcher = new Dispatcher(
      { ledger: deliveryLedger(ledger), reports, clock, options },
      fleet.floor,
    )
    this.#intake = new Intake({ ledger, ids, reports, pressure, now: () => clock.now(), options })
    const heldBy = (driver: string) => this.#dispatcher.leasing.heldBy(driver)
    this.#sessions = new Sessions<Transaction>({
      ledger,
      options,
      lastAliveMs: ledger.lastAliveMs ?? clock.now(),
      drivers: {
        heldBy,
        withdraw: (transaction, held) => withdraw(transaction, held, options),
      },
    })
    const presence = {
      isConnected: (id: ParticipantId) => this.#sessions.isConnected(id),
      isCarrying: (id: ParticipantId) => {
        const driver = driverOf(id)
        return driver !== null && heldBy(driver).length > 0
      },
    }
    this.upkeep = new Upkeep({
      ledger: upkeepLedger(ledger),
      clock,
      reports,
      presence,
      options,
      readyMs: clock.now(),
    })
  }

  /** Makes a hub on an open ledger: it knows what drivers hold, and delivers as soon as somebody is attached. */
  static async create(parts: HubParts): Promise<Hub> {
    const hub = new Hub(parts, await enterFleet(parts.ledger))
    await hub.#dispatcher.start()
    hub.upkeep.start()
    parts.ledger.markAlive()
    hub.#stops.push(every(parts.clock, ALIVE_PERIOD_MS, () => parts.ledger.markAlive()))
    return hub
  }

  /** Serves the namespace on an HTTP server, which stays the caller's to listen with and to close. */
  serve(http: HttpServer): void {
    const { options, clock } = this.#parts
    this.serveThrough((doors) => createSocketServer(http, { options, clock, ...doors }))
  }

  /** As `serve`, over whatever carries connections. Called once. */
  serveThrough(create: (doors: Doors) => SocketServer): void {
    this.#sockets = create({ admission: this.#admission(), connection: this.#connection() })
  }

  #admission(): AdmissionParts {
    return {
      register: (applicant, reply) =>
        this.#sessions.register(applicant, (registration) => {
          if (registration.kind === 'registered' && registration.record !== null)
            this.#dispatcher.expect(registration.record)
          reply(registration)
        }),
      isDraining: () => this.#isDraining,
      refused: (code) => this.#parts.reports.refused(code),
    }
  }

  #connection(): ConnectionParts {
    const { reports, options, clock } = this.#parts
    const { leasing } = this.#dispatcher
    return {
      deliveries: this.#dispatcher,
      intake: this.#intake,
      reports,
      options,
      clock,
      orders: {
        release: (driver, release, reply) => leasing.writer.release(driver, release, reply),
        assignments: (driver, reply) => leasing.writer.assignments(driver, reply),
        track: (order, reply) => this.#track(order, reply),
        storesServedBy: (driver) => [...new Set(leasing.heldBy(driver).map((key) => key.split('/', 1)[0]!))],
      },
    }
  }

  #track(order: OrderKey, reply: (found: ReturnType<typeof trackReply>) => void): void {
    let found: ReturnType<typeof trackReply> = null
    this.#parts.ledger.submit({
      orders: [order],
      decide: (transaction) => {
        found = trackReply(transaction.order(order))
      },
      settled: () => reply(found),
    })
  }

  /** Entries of all queues that are not yet acknowledged, leased pickups included; dead letters are not. Reads every participant. */
  async owed(): Promise<{ owed: number; waiting: number }> {
    const { ledger } = this.#parts
    let owed = 0
    let waiting = 0
    for (let after = ''; ; ) {
      const page = await ledger.reads.participants(after, 1000)
      for (const record of page) {
        owed += owedTo(record)
        if (record.id === FLEET) waiting = owedTo(record)
      }
      if (page.length === 0) break
      after = page.at(-1)!.id
    }
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
    // What waits for a ledger that has failed would wait for ever.
    await Promise.race([this.upkeep.stop().then(() => flushed(this.#parts.ledger)), this.#failed])
    await this.#sockets?.close()
    this.#dispatcher.stop()
    this.#parts.ledger.markAlive()
    await this.#parts.ledger.close()
  }
}

/** Resolves when everything submitted before is durable. */
const flushed = (ledger: LevelLedger): Promise<void> =>
  new Promise((settled) => ledger.submit({ decide: () => {}, settled }))

/** The fleet's own row, made when the data is new. */
const enterFleet = (ledger: LevelLedger): Promise<ParticipantRecord> =>
  new Promise((resolve) => {
    let fleet = newParticipant(FLEET, 0)
    ledger.submit({
      participants: [FLEET],
      decide: (transaction) => {
        const known = transaction.participant(FLEET)
        if (known === undefined) transaction.putParticipant(fleet)
        else fleet = known
      },
      settled: () => resolve(fleet),
    })
  })

const deliveryLedger = (ledger: LevelLedger): DeliveryLedger => ({
  submit: (work) => ledger.submit(work),
  onCommitted: (listener) => ledger.onCommitted(listener),
  entries: (participant, from) => ledger.reads.entries(participant, from),
  retries: (participant, from) => ledger.reads.retries(participant, from),
  heldOrders: () => ledger.reads.heldOrders(),
})

const upkeepLedger = (ledger: LevelLedger): UpkeepLedger => ({
  submit: (work) => ledger.submit(work),
  participants: (after, limit) => ledger.reads.participants(after, limit),
  ordersEndedBefore: (timeMs, limit) => ledger.reads.ordersEndedBefore(timeMs, limit),
  deadLettersOf: (participant, from) => ledger.reads.deadLettersOf(participant, from),
  closedEntries: (place, participant, range) => ledger.reads.closedEntries(place, participant, range),
})

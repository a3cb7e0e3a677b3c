/**
 * The one file that wires the hub. In: sockets -> intake -> ledger. Out: ledger -> dispatcher -> outlet -> socket. The two lines meet only at the ledger; sessions and upkeep stand beside
 * them.
 */
import type { Server as HttpServer } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import { type Clock, every } from '../shared/clock.ts'
import type { Fault } from '../shared/fault.ts'
import { driverId, driverOf, FLEET, type OrderKey, type ParticipantId } from '../shared/ids.ts'
import { type Access, OPEN_ACCESS, TokenAccess } from './access/access.ts'
import type { Keys } from './access/keys.ts'
import { Revocations } from './access/revocations.ts'
import { Dispatcher } from './delivery/dispatcher.ts'
import { FreshOutlets } from './delivery/fresh-outlets.ts'
import { KeptPauses } from './delivery/kept-pauses.ts'
import { withdraw } from './delivery/lease-writer.ts'
import type { DeliveryOptions } from './delivery/ports.ts'
import { owedTo, type ParticipantRecord } from './domain/participant.ts'
import type { HttpLimits } from './http/server.ts'
import { Intake, type IntakeOptions } from './intake/intake.ts'
import type { Ids, Pressure } from './intake/ports.ts'
import type { Hubs } from './ledger/hubs.ts'
import type { Ledger, LedgerTransaction } from './ledger/ledger.ts'
import {
  deliveryLedger,
  enterFleet,
  flushed,
  noteLedger,
  revocationLedger,
  upkeepLedger,
} from './ledger-ports.ts'
import type { HubReports } from './reports.ts'
import { type Applicant, type Registration, type SessionOptions, Sessions } from './sessions/sessions.ts'
import type { AdmissionParts } from './sockets/admission.ts'
import type { ConnectionOptions, ConnectionParts } from './sockets/connection.ts'
import { Flapping } from './sockets/flapping.ts'
import { isLoopbackAddress } from './sockets/network.ts'
import type { WatchDoor } from './sockets/ports.ts'
import { createSocketServer, type SocketServer, type SocketServerOptions } from './sockets/server.ts'
import { trackReply } from './track.ts'
import type { UpkeepOptions } from './upkeep/ports.ts'
import { Upkeep } from './upkeep/upkeep.ts'
import { uuids } from './uuids.ts'
import { createWatch } from './watch/create.ts'
import { deliveringOf } from './watch/delivering.ts'
import { feedLedger } from './watch/feed-ledger.ts'
import { type Machine, ProcessMachine } from './watch/figures/machine.ts'
import { listsLedger } from './watch/lists/lists-ledger.ts'
import type { Watch } from './watch/watch.ts'

export type HubOptions = IntakeOptions &
  DeliveryOptions &
  SessionOptions &
  UpkeepOptions &
  ConnectionOptions &
  SocketServerOptions &
  HttpLimits & {
    /** Connections of a participant that may end soon in a minute. */
    readonly flappingConnections: number
  }

export interface HubParts {
  readonly ledger: Ledger
  /** Default: null, there can be no other hub on this ledger. */
  readonly hubs?: Hubs | null
  readonly clock: Clock
  readonly reports: HubReports
  readonly pressure: Pressure
  readonly options: HubOptions
  /** Of the tokens. Default: null, the hub runs open. */
  readonly keys?: Keys | null
  /** Milliseconds since 1970 by the machine's clock as it is now, which may be set. Default: the clock's. */
  readonly wallClockMs?: () => number
  /** Default: UUIDs. */
  readonly ids?: Ids
  /** Of the disk with the data; null where the system does not tell. Default: null. */
  readonly freeBytes?: () => number | null
  /** Default: this process. */
  readonly machine?: Machine
  /** As the clock runs, with parts of milliseconds. Default: the clock's whole ones. */
  readonly preciseMs?: () => number
  /** What those who watch are told of the hub itself. Default: nothing. */
  readonly about?: About
}

export interface About {
  /** Of CAPS. */
  readonly version: string
  /** By the names of the flags, without secrets. */
  readonly settings: Readonly<Record<string, string | number | boolean | null>>
}

const NOTHING_ABOUT: About = { version: 'unknown', settings: {} }

/** What whoever carries the connections needs: to let them in, and to serve those that are in. */
export interface Doors {
  readonly admission: AdmissionParts
  readonly connection: ConnectionParts
  readonly watch: WatchDoor
}

const ALIVE_PERIOD_MS = 1000
/** Who took over from a connection, when that is all that is known. */
const ELSEWHERE = 'a connection to another hub'

export class Hub {
  readonly #parts: HubParts
  readonly #hubs: Hubs | null
  readonly #outlets: FreshOutlets | null
  readonly access: Access
  readonly #dispatcher: Dispatcher
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
    this.#outlets = hubs === null ? null : new FreshOutlets(hubs)
    this.access = access
    this.#failed = new Promise((resolve) => ledger.onFault(() => resolve()))
    this.#dispatcher = new Dispatcher(
      { ledger: deliveryLedger(ledger, hubs), reports, clock, options, hubs },
      fleet.floor,
    )
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
    await hub.#joinOthers()
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

  async #joinOthers(): Promise<void> {
    const hubs = this.#hubs
    if (hubs === null) return
    const { leasing } = this.#dispatcher
    this.#stops.push(
      hubs.onLost((participants) => {
        this.#sessions.lose(participants, ELSEWHERE)
        for (const driver of participants.flatMap((id) => driverOf(id) ?? [])) leasing.disown(driver)
      }),
      hubs.onErased((erased) => this.#dispatcher.erased(erased)),
      hubs.onWaiting(() => leasing.leaseFromElsewhere()),
      hubs.onAdopted((orders) => void leasing.adopt(orders)),
      // What cannot be read has been told to whoever owns the ledger, who ends the hub.
      hubs.onFresh(() => void this.#pauses.refresh().catch(() => {})),
      hubs.onFresh(() => void this.access.learnRevocations().catch(() => {})),
    )
    await hubs.start(() => leasing.state)
  }

  /** Serves the namespace on an HTTP server, which stays the caller's to listen with and to close. */
  serve(http: HttpServer | HttpsServer): void {
    const { options, clock, reports } = this.#parts
    const isExempt = this.#isExempt
    this.serveThrough((doors) => createSocketServer(http, { options, clock, reports, isExempt, ...doors }))
  }

  /** As `serve`, over whatever carries connections. Called once. */
  serveThrough(create: (doors: Doors) => SocketServer): void {
    this.#sockets = create({
      admission: this.#admission(),
      connection: this.#connection(),
      watch: this.watch.door,
    })
  }

  #admission(): AdmissionParts {
    return {
      access: this.access,
      register: (applicant, reply) => this.#register(applicant, reply),
      isDraining: () => this.#isDraining,
      isAway: () => this.#parts.ledger.isAway,
      flapping: this.#flapping(),
      refused: (code, who) => this.#parts.reports.refused(code, who),
    }
  }

  #register(applicant: Applicant, reply: (registration: Registration) => void): void {
    const register = () =>
      this.#sessions.register(applicant, (registration) => {
        if (registration.kind === 'registered' && registration.record !== null)
          this.#dispatcher.expect(registration.record)
        reply(registration)
      })
    if (this.#hubs === null) register()
    // A ledger that has failed meanwhile has told whoever owns it.
    else
      this.#takeOver(this.#hubs, applicant).then(
        (isOurs) => isOurs && register(),
        () => {},
      )
  }

  /**
   * Serves the participant from now on. What a driver holds is looked after here before it is connected.
   * @returns false if its connection has gone meanwhile: it may be connected to another hub by now, and keeps that
   */
  async #takeOver(hubs: Hubs, applicant: Applicant): Promise<boolean> {
    const { participant } = applicant.sender
    const driver = driverOf(participant)
    const isOurs = await hubs.own(participant, () => !applicant.isGone())
    if (isOurs && driver !== null)
      await this.#dispatcher.leasing.catchUp(driver, await hubs.heldOrdersOf(driver))
    return isOurs
  }

  #deliveries(): ConnectionParts['deliveries'] {
    const [dispatcher, outlets] = [this.#dispatcher, this.#outlets]
    if (outlets === null) return dispatcher
    return {
      attachQueue: (participant, outlet, windowEntries) =>
        dispatcher.attachQueue(participant, outlets.of(participant.id, outlet), windowEntries),
      attachDriver: (driver, outlet, sizes) =>
        dispatcher.attachDriver(driver, outlets.of(driverId(driver), outlet), sizes),
    }
  }

  /** On this machine everybody has the same address, and an open hub is there to be tried out. */
  readonly #isExempt = (address: string): boolean => this.access.isOpen && isLoopbackAddress(address)

  #flapping(): Flapping {
    const { clock, options } = this.#parts
    return new Flapping({ most: options.flappingConnections, clock, isExempt: this.#isExempt })
  }

  #connection(): ConnectionParts {
    const { reports, options, clock } = this.#parts
    const { leasing } = this.#dispatcher
    return {
      deliveries: this.#deliveries(),
      intake: this.#intake,
      reports,
      access: this.access,
      options,
      clock,
      orders: {
        release: (driver, release, reply) => leasing.writer.release(driver, release, reply),
        assignments: (driver, reply) => leasing.writer.assignments(driver, reply),
        track: (order, reply) => this.track(order, reply),
        storesServedBy: (driver) => [...new Set(leasing.heldBy(driver).map((key) => key.split('/', 1)[0]!))],
      },
    }
  }

  /** What there is to tell of an order, when that is durable; null if there is none. */
  track(order: OrderKey, reply: (found: ReturnType<typeof trackReply>) => void): void {
    const { ledger } = this.#parts
    // What other hubs have added to its history is not in any memory here.
    if (this.#hubs !== null)
      return void flushed(ledger)
        .then(() => ledger.reads.orderRecords([order]))
        .then(
          ([record]) => reply(trackReply(record)),
          () => {},
        )
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

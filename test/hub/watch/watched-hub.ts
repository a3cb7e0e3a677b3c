/**
 * A whole hub without a network, on a clock that the test moves and a database that can crash: participants and those who watch are stub sockets that come in by the hub's doors. Everything that a test asks for has happened when it
 * is answered.
 */
import { EventEmitter } from 'node:events'
import sinon from 'sinon'
import type { Keys } from '../../../hub/access/keys.ts'
import { readHubConfig } from '../../../hub/config.ts'
import type { Doors } from '../../../hub/doors.ts'
import { Hub } from '../../../hub/hub.ts'
import type { HubOptions } from '../../../hub/hub-parts.ts'
import { ledgerOn } from '../../../hub/ledger/level/open.ts'
import { HubReports } from '../../../hub/reports.ts'
import { admission } from '../../../hub/sockets/admission.ts'
import { accept } from '../../../hub/sockets/connection.ts'
import type { PeerConnection, WatchSocket } from '../../../hub/sockets/types.ts'
import type { Machine } from '../../../hub/watch/figures/machine.ts'
import { createLog } from '../../../shared/log.ts'
import type { HandedEvent, HubToClient } from '../../../shared/protocol.ts'
import type {
  AuditLine,
  Changed,
  Hello,
  HubToWatcher,
  Look,
  Moves,
  Shown,
  Summary,
} from '../../../shared/watch.ts'
import { CrashingDatabase } from '../../support/crashing-database.ts'
import { turning } from '../../support/ledger.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'
import { order } from '../../support/orders.ts'
import { StubSocket } from '../sockets/stub-socket.ts'

class StubConnection extends EventEmitter implements PeerConnection {
  readyState = 'open'
  readonly close = sinon.stub()
  writeBuffer: { data: unknown }[] = []
  readonly transport = {
    socket: { bufferedAmount: 0, terminate: sinon.stub(), pause: sinon.stub(), resume: sinon.stub() },
  }
}

interface Told {
  readonly hello: Hello
  readonly summary: Summary
  readonly changed: Changed
  readonly moves: Moves
  readonly audit: readonly AuditLine[]
  readonly refused: { readonly code: string; readonly message: string }
}

/** The socket of one who watches. */
export class StubWatchSocket implements WatchSocket {
  readonly id = 'watch-1'
  connected = true
  readonly data: WatchSocket['data'] = {}
  readonly handshake: WatchSocket['handshake']
  readonly conn = new StubConnection()
  readonly inbound = new EventEmitter()
  readonly sent: { message: string; argument: unknown; isVolatile: boolean }[] = []
  readonly #world: Pick<WatchedHub, 'clock' | 'settle'>
  #taken = 0
  readonly disconnect = sinon.stub().callsFake(() => this.leave())

  constructor(auth: unknown, world: Pick<WatchedHub, 'clock' | 'settle'>) {
    this.handshake = { auth, address: '127.0.0.1' }
    this.#world = world
  }

  readonly volatile = {
    emit: (message: string, argument: unknown) => void this.#note(message, argument, true),
  }

  on(event: 'disconnect', listener: (reason: string) => void): unknown {
    return this.inbound.on(event, listener)
  }

  onAny(listener: (...message: unknown[]) => void): unknown {
    return this.inbound.on('any', listener)
  }

  emit<E extends keyof HubToWatcher>(message: E, ...[argument]: Parameters<HubToWatcher[E]>): void {
    this.#note(message, argument, false)
  }

  #note(message: string, argument: unknown, isVolatile: boolean): void {
    this.sent.push({ message, argument: structuredClone(argument), isVolatile })
  }

  leave(): void {
    if (!this.connected) return
    this.connected = false
    this.inbound.emit('disconnect', 'client namespace disconnect')
  }

  /** What came under a name since the last `forget`, as copies. */
  told<M extends keyof Told>(name: M): Told[M][] {
    return this.sent
      .slice(this.#taken)
      .filter(({ message }) => message === name)
      .map(({ argument }) => argument as Told[M])
  }

  last<M extends keyof Told>(name: M): Told[M] {
    const found = this.told(name).at(-1)
    if (found === undefined) throw new Error(`${name} was not told`)
    return found
  }

  forget(): void {
    this.#taken = this.sent.length
  }

  /** Sends a message; what it is answered, when all that follows has happened. */
  async ask<Reply = { readonly ok: boolean; readonly code?: string }>(
    message: string,
    ...args: readonly unknown[]
  ): Promise<Reply> {
    const replied = new Promise<Reply>((resolve) => {
      const answer = (reply: Reply) => resolve(structuredClone(reply))
      this.inbound.emit('any', message, ...args, answer)
    })
    const reply = await turning(this.#world.clock, replied)
    await this.#world.settle()
    return reply
  }

  async look<View extends Look['view']>(
    look: Extract<Look, { view: View }>,
  ): Promise<Extract<Shown, { ok: true; view: View }>> {
    return this.ask('look', look)
  }
}

/** A participant's socket. */
export class StubPeer {
  readonly socket: StubSocket
  readonly #world: { settle(): Promise<void> }

  constructor(socket: StubSocket, world: { settle(): Promise<void> }) {
    this.socket = socket
    this.#world = world
  }

  get handed(): HandedEvent[] {
    return this.socket.sent
      .filter(({ message }) => ['pickup', 'in-transit', 'delivered'].includes(message))
      .map(({ argument }) => argument as HandedEvent)
  }

  /** `in-transit A` */
  get names(): string[] {
    return this.handed.map(({ event, payload }) => `${event} ${payload.orderId}`)
  }

  async say(message: keyof HubToClient | string, argument: unknown): Promise<unknown> {
    const answers = this.socket.ask(message, argument)
    await this.#world.settle()
    return answers[0]
  }

  /** Acknowledges all that it was handed. */
  async acknowledge(): Promise<void> {
    this.socket.send(
      'acknowledge',
      this.handed.map(({ entry }) => entry),
    )
    await this.#world.settle()
  }

  async leave(): Promise<void> {
    this.socket.disconnect()
    await this.#world.settle()
  }
}

export interface WatchedHubSettings {
  readonly options?: Partial<HubOptions>
  readonly keys?: Keys
  readonly isDiskLow?: () => boolean
  readonly machine?: Machine
}

const log = createLog({ logLevel: 'silent', logFormat: 'json' })

export class WatchedHub {
  readonly clock: ManualClock
  readonly #settings: WatchedHubSettings
  #db = new CrashingDatabase()
  #hub!: Hub
  #doors!: Doors
  reports!: HubReports

  private constructor(settings: WatchedHubSettings, startMs?: number) {
    this.#settings = settings
    this.clock = createManualClock(startMs)
  }

  static async open(settings: WatchedHubSettings = {}, startMs?: number): Promise<WatchedHub> {
    const world = new WatchedHub(settings, startMs)
    await world.#start()
    return world
  }

  async #start(): Promise<void> {
    const { clock } = this
    const { options, keys = null, isDiskLow = () => false, machine } = this.#settings
    this.reports = new HubReports(log, { event: () => {}, close: () => {} })
    const ledger = await turning(clock, ledgerOn(this.#db, clock))
    const starting = Hub.create({
      ...{ ledger, clock, keys, reports: this.reports },
      pressure: { isDiskLow },
      freeBytes: () => 1000,
      ...(machine && { machine }),
      about: { version: '1.2.3', settings: { port: 3001 } },
      options: { ...readHubConfig({}, {}).options, ...options },
    })
    this.#hub = await turning(clock, starting)
    this.#hub.serveThrough((doors) => {
      this.#doors = doors
      return { announceDraining: () => {}, relayPosition: () => {}, close: async () => {} }
    })
    await this.settle()
  }

  get hub(): Hub {
    return this.#hub
  }

  settle(): Promise<void> {
    return this.clock.settle()
  }

  async advance(ms: number): Promise<void> {
    await this.clock.advanceAsync(ms)
    await this.settle()
  }

  /** Closes the hub in good order and starts another one on its data, some time later. */
  async restart(downMs = 0): Promise<void> {
    await turning(this.clock, this.#hub.close())
    this.clock.advance(downMs)
    this.#db = this.#db.crash(0)
    await this.#start()
  }

  /** @returns with what it was refused; null if it watches */
  async knock(socket: StubWatchSocket): Promise<{ code: string } | null> {
    const answer = new Promise<{ code: string } | null>((resolve) => {
      this.#doors.watch.admit(socket, (error) => {
        if (error === undefined) this.#doors.watch.accept(socket)
        resolve(error === undefined ? null : (error as Error & { data: { code: string } }).data)
      })
    })
    return turning(this.clock, answer)
  }

  async watcher(auth: object = {}): Promise<StubWatchSocket> {
    const socket = new StubWatchSocket(auth, this)
    const refused = await this.knock(socket)
    if (refused !== null) throw new Error(`refused: ${refused.code}`)
    return socket
  }

  async #peer(auth: object): Promise<StubPeer> {
    const socket = new StubSocket(auth)
    admission(this.#doors.admission)(socket, (error) => {
      if (error === undefined) accept(socket, this.#doors.connection)
    })
    await this.settle()
    return new StubPeer(socket, this)
  }

  vendor(store = 'acme', more: object = {}): Promise<StubPeer> {
    return this.#peer({ role: 'vendor', store, ...more })
  }

  driver(id = 'bob', more: object = {}): Promise<StubPeer> {
    return this.#peer({ role: 'driver', id, ...more })
  }

  /** A vendor's new orders. */
  async pickups(vendor: StubPeer, ...orderIds: string[]): Promise<void> {
    const { store } = vendor.socket.handshake.auth as { store: string }
    const place = { lat: 1, lng: 2 }
    for (const orderId of orderIds)
      vendor.socket.send('pickup', order(orderId, { store, details: { from: place, to: place } }))
    await this.settle()
  }

  /** A driver takes an order of `acme` and carries it as far as told. */
  async carry(driver: StubPeer, orderId: string, ...events: ('in-transit' | 'delivered')[]): Promise<void> {
    await driver.acknowledge()
    for (const event of events) await driver.say(event, { store: 'acme', orderId })
  }
}

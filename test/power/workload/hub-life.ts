/**
 * One life of a hub without sockets: intake, sessions and delivery on a ledger on disk, wired as hub.ts wires them, with vendors and drivers that publish, acknowledge and reject as the
 * seed says.
 */
import { V7Generator } from 'uuidv7'
import { readHubConfig } from '../../../hub/config.ts'
import { Dispatcher } from '../../../hub/delivery/dispatcher.ts'
import { withdraw } from '../../../hub/delivery/lease-writer.ts'
import type { Delivery, Handover } from '../../../hub/delivery/ports.ts'
import type { Sender } from '../../../hub/domain/order.ts'
import { newParticipant } from '../../../hub/domain/participant.ts'
import type { HubOptions } from '../../../hub/hub-parts.ts'
import { Intake } from '../../../hub/intake/intake.ts'
import type { LevelLedger } from '../../../hub/ledger/level/level-ledger.ts'
import { ledgerOn, openDatabase } from '../../../hub/ledger/level/open.ts'
import { HubReports } from '../../../hub/reports.ts'
import { Sessions } from '../../../hub/sessions/sessions.ts'
import { systemClock } from '../../../shared/clock.ts'
import { FLEET, orderKey } from '../../../shared/ids.ts'
import { createLog } from '../../../shared/log.ts'
import { driver, order, vendor } from '../../support/orders.ts'
import type { Seeded } from '../../support/seeded.ts'
import { rowsOf } from '../ledger-rows.ts'
import type { Sayer } from '../marks.ts'
import { type AnyTransaction, type RecordedLedger, recordedLedger } from './recorded-ledger.ts'

/** LevelDB takes none below: it then begins a new log, and writes a table, every 64 KiB. */
const SMALL_BUFFER = 64 * 1024

const OPTIONS: HubOptions = {
  ...readHubConfig({}, {}).options,
  deliveryLimit: 2,
  retryDelayMs: 1,
  longestRetryDelayMs: 2,
  window: 4,
}
const TILLS = [vendor('acme'), vendor('acme', 'till-2'), vendor('bell')]
const DRIVERS = [driver('ann'), driver('bob')]
/** Pickups that are asked for and not yet confirmed. */
const MOST_OPEN = 6

export interface LifeOptions {
  readonly folder: string
  readonly say: Sayer
  readonly rng: Seeded
  /** Names this life's orders. */
  readonly life: number
}

export interface HubLife {
  /** Resolves when so many pieces of work were decided; more are under way. */
  after(work: number): Promise<void>
  close(): Promise<void>
}

const openLedger = async ({ folder, say }: LifeOptions): Promise<LevelLedger> => {
  const db = await openDatabase(folder, SMALL_BUFFER)
  const ledger = await ledgerOn(db, systemClock, { folder })
  const { compared } = await rowsOf(db)
  say({ say: 'hub found', rows: compared })
  return ledger
}

interface Recorded extends RecordedLedger {
  readonly floor: number
}

class Life implements HubLife {
  readonly #options: LifeOptions
  readonly #ledger: LevelLedger
  readonly #submit: RecordedLedger['submit']
  readonly #intake: Intake
  readonly #dispatcher: Dispatcher
  readonly #sessions: Sessions<AnyTransaction>
  #orders = 0
  #open = 0
  #isStopping = false
  #waiting: { work: number; reached: () => void } | null = null

  constructor(options: LifeOptions, ledger: LevelLedger, { submit, onDecided, floor }: Recorded) {
    this.#options = options
    this.#ledger = ledger
    this.#submit = submit
    const reports = new HubReports(createLog({ logLevel: 'silent', logFormat: 'json' }), {
      event: () => {},
      close: () => {},
    })
    const { reads } = ledger
    const clock = systemClock
    const deliveryLedger = {
      submit,
      onDecided,
      onCommitted: ledger.onCommitted.bind(ledger),
      entries: reads.entries.bind(reads),
      retries: reads.retries.bind(reads),
      heldOrders: reads.heldOrders.bind(reads),
    }
    this.#dispatcher = new Dispatcher(
      { ledger: deliveryLedger, reports, clock, options: OPTIONS, hubs: null },
      floor,
    )
    const generator = new V7Generator()
    this.#intake = new Intake({
      ledger: { submit, isAway: false },
      ids: { next: (timeMs) => generator.generateOrResetCore(timeMs, 10_000).toString() },
      reports,
      pressure: { isDiskLow: () => false },
      now: () => clock.now(),
      options: OPTIONS,
    })
    const { leasing } = this.#dispatcher
    this.#sessions = new Sessions<AnyTransaction>({
      ledger: { submit },
      options: OPTIONS,
      lastAliveMs: ledger.lastAliveMs ?? clock.now(),
      letGo: () => {},
      drivers: {
        heldBy: (name) => leasing.heldBy(name),
        withdraw: (transaction, held) => withdraw(transaction, held, OPTIONS),
      },
    })
  }

  async begin(): Promise<void> {
    await this.#dispatcher.start()
    this.#ledger.markAlive()
    for (const till of TILLS) this.#enter(till)
    for (const each of DRIVERS) this.#enter(each)
    for (const till of TILLS) this.#ask(till)
  }

  decided(work: number): void {
    // As the hub does every second.
    if (work % 10 === 0 && !this.#isStopping) this.#ledger.markAlive()
    if (this.#waiting !== null && work >= this.#waiting.work) this.#waiting.reached()
  }

  after(work: number): Promise<void> {
    return new Promise((reached) => {
      this.#waiting = { work, reached }
    })
  }

  #enter(sender: Sender): void {
    this.#sessions.register(
      { sender, receives: true, name: 'a till', isGone: () => false, displaced: () => {} },
      (registration) => {
        if (registration.kind !== 'registered') throw new Error('too many participants')
        let grip: Delivery | null = null
        const outlet = {
          hand: (handovers: readonly Handover[]) =>
            void setImmediate(() => this.#answer(sender, grip!, handovers)),
        }
        grip =
          sender.role === 'driver'
            ? this.#dispatcher.attachDriver(sender.id, outlet, { capacity: 4, entries: 4 })
            : this.#dispatcher.attachQueue(registration.record!, outlet, OPTIONS.window)
      },
    )
  }

  #answer(sender: Sender, grip: Delivery, handovers: readonly Handover[]): void {
    if (this.#isStopping) return
    const { rng } = this.#options
    for (const { token, entry } of handovers) {
      if (rng.whole(1, 100) <= 15) {
        grip.reject([{ entry: token, reason: 'not now' }])
        continue
      }
      grip.acknowledge([token])
      if (sender.role !== 'driver') continue
      const { store, orderId } = entry.payload
      const progress = { store, orderId }
      this.#publish(sender, 'in-transit', progress, () => this.#publish(sender, 'delivered', progress))
    }
  }

  #ask(till: Sender): void {
    if (till.role !== 'vendor' || this.#isStopping) return
    const { rng, life } = this.#options
    const asked = this.#open < MOST_OPEN ? rng.whole(1, 3) : 0
    for (let count = 0; count < asked; count += 1) {
      this.#orders += 1
      const payload = order(`o-${life}-${this.#orders}`, {
        store: till.store,
        details: { note: 'x'.repeat(rng.oneOf([0, 10, 300, 3000])), number: rng.whole(1, 1e9) },
      })
      this.#open += 1
      this.#publish(till, 'pickup', payload, () => {
        this.#open -= 1
        this.#ask(till)
      })
      if (rng.whole(1, 10) === 1) this.#publish(till, 'pickup', payload)
    }
  }

  #publish(
    sender: Sender,
    event: string,
    payload: { store: string; orderId: string },
    then: () => void = () => {},
  ): void {
    this.#intake.open(sender).publishOne(event, payload, (receipt) => {
      if (receipt.ok)
        this.#options.say({
          say: 'confirmed',
          id: receipt.id,
          order: orderKey(payload.store, payload.orderId),
          payload: JSON.stringify(payload),
        })
      then()
    })
  }

  async close(): Promise<void> {
    this.#isStopping = true
    this.#dispatcher.stop()
    await new Promise<void>((settled) => this.#submit({ decide: () => {}, settled }))
    this.#ledger.markAlive()
    await this.#ledger.close()
  }
}

/** As the hub does when it starts. @returns the floor of the fleet's queue */
const enterFleet = ({ submit }: Pick<RecordedLedger, 'submit'>): Promise<number> =>
  new Promise((resolve) => {
    let floor = 0
    submit({
      participants: [FLEET],
      decide: (transaction) => {
        const known = transaction.participant(FLEET)
        if (known === undefined) transaction.putParticipant(newParticipant(FLEET, 0))
        floor = known?.floor ?? 0
      },
      settled: () => resolve(floor),
    })
  })

export const beginHubLife = async (options: LifeOptions): Promise<HubLife> => {
  const ledger = await openLedger(options)
  let life: Life | null = null
  const recorded = recordedLedger(ledger, options.say, (work) => life?.decided(work))
  life = new Life(options, ledger, { ...recorded, floor: await enterFleet(recorded) })
  await life.begin()
  return life
}

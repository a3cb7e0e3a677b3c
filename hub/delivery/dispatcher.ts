/**
 * Brings what the ledger has committed to whoever it concerns: vendors' queues to their connections, pickups to the fleet. It knows no sender and no socket.
 */
import { type Clock, every } from '../../shared/clock.ts'
import type { ParticipantId } from '../../shared/ids.ts'
import type { ParticipantRecord } from '../domain/participant.ts'
import { type DriverSizes, Leasing } from './leasing.ts'
import type { Delivery, DeliveryLedger, DeliveryOptions, DeliveryReports, Outlet } from './ports.ts'
import { QueueDelivery } from './queue-delivery.ts'

export interface DispatcherParts {
  readonly ledger: DeliveryLedger
  readonly reports: DeliveryReports
  readonly clock: Clock
  readonly options: DeliveryOptions
}

/** How late an overdue or due entry may be noticed. One timer for all: none an event, none a connection. */
const TICK_MS = 250

export class Dispatcher {
  readonly #parts: DispatcherParts
  readonly #queues = new Map<ParticipantId, QueueDelivery>()
  readonly leasing: Leasing
  #stop: (() => void)[] = []

  /** @param fleetFloor at or below which nothing lies in the fleet's queue */
  constructor(parts: DispatcherParts, fleetFloor: number) {
    this.#parts = parts
    this.leasing = new Leasing({ ...parts, now: () => parts.clock.now() }, fleetFloor)
  }

  async start(): Promise<void> {
    await this.leasing.start()
    this.#stop = [
      this.#parts.ledger.onCommitted((committed) => {
        for (const [participant, entries] of committed.appended)
          this.#queues.get(participant)?.appended(entries)
        this.leasing.committed(committed)
      }),
      every(this.#parts.clock, TICK_MS, () => this.#tick()),
    ]
  }

  #tick(): void {
    for (const queue of this.#queues.values()) queue.tick()
    this.leasing.tick()
  }

  /** A vendor's connection takes over its queue; an older connection's delivery must have been detached. */
  attachQueue(participant: ParticipantRecord, outlet: Outlet, windowEntries: number): Delivery {
    const { clock } = this.#parts
    const delivery = new QueueDelivery({
      ...this.#parts,
      now: () => clock.now(),
      outlet,
      participant,
      windowEntries,
    })
    this.#queues.set(participant.id, delivery)
    // A range that cannot be read has been told to whoever owns the ledger, who ends the hub.
    delivery.start().catch(() => {})
    return {
      acknowledge: (tokens) => delivery.acknowledge(tokens),
      reject: (rejections) => delivery.reject(rejections),
      detach: () => {
        delivery.detach()
        if (this.#queues.get(participant.id) === delivery) this.#queues.delete(participant.id)
      },
    }
  }

  attachDriver(driver: string, outlet: Outlet, sizes: DriverSizes): Delivery {
    return this.leasing.attach(driver, outlet, sizes)
  }

  /** Participants whose delivery is paused at the bound of retries. */
  paused(): ParticipantId[] {
    return [...this.#queues].filter(([, queue]) => queue.isPaused).map(([participant]) => participant)
  }

  stop(): void {
    for (const stop of this.#stop.splice(0)) stop()
  }
}

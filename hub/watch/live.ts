/** What is known of participants besides their rows: who is connected, what delivery does. */
import { driverId, driverOf, FLEET, type ParticipantId } from '../../shared/ids.ts'
import type { ParticipantRecord } from '../domain/participant.ts'
import { type CompanyView, sumElsewhere } from './company/sums.ts'
import type { Delivering, Presence } from './feed-ports.ts'
import type { LiveQueue, LiveQueues } from './ports.ts'
import type { Redeliveries } from './redeliveries.ts'
import type { LiveRows } from './screens/shown-queues.ts'
import type { ParticipantTroubles } from './troubles/participants.ts'

export interface LiveParts {
  readonly presence: Presence
  readonly delivering: Delivering
  readonly redeliveries: Pick<Redeliveries, 'of'>
  readonly participants: Pick<ParticipantTroubles, 'awayDrivers'>
  readonly company: Pick<CompanyView, 'others'>
}

export class LiveState implements LiveQueues, LiveRows {
  readonly #parts: LiveParts

  constructor(parts: LiveParts) {
    this.#parts = parts
  }

  liveOf(participant: ParticipantId): LiveQueue {
    const { presence, delivering, redeliveries } = this.#parts
    const driver = driverOf(participant)
    const connectedMs = presence.connectedMs(participant)
    return {
      connected: this.isConnected(participant),
      connectedMs,
      inFlight: participant === FLEET ? this.#leased() : delivering.inFlightOf(participant),
      redelivered: redeliveries.of(participant),
      pausedMs: delivering.pausedMs(participant),
      carrying: driver === null ? 0 : delivering.loadOf(driver),
    }
  }

  isConnected(participant: ParticipantId): boolean {
    const { presence, company } = this.#parts
    if (participant !== FLEET) return presence.isConnected(participant)
    return presence.drivers + sumElsewhere(company, 'drivers') > 0
  }

  /** At all hubs. */
  #leased(): number {
    const { delivering, company } = this.#parts
    return delivering.fleetCounts.leased + sumElsewhere(company, 'leased')
  }

  get hasOthers(): boolean {
    return this.#parts.company.others.length > 0
  }

  /** Where there are several hubs, whoever leaves is written down at once: no other hub is asked. */
  isElsewhere({ id, isActive, awaySinceMs }: ParticipantRecord): boolean {
    return this.hasOthers && id !== FLEET && isActive && awaySinceMs === null
  }

  troubled(): readonly ParticipantId[] {
    const { delivering, participants } = this.#parts
    const away = [...participants.awayDrivers()].map(([driver]) => driverId(driver))
    const paused = [...delivering.paused()].map(([participant]) => participant)
    return [...paused, ...away]
  }

  oldestMsOf(participant: ParticipantId): number | null {
    const time = this.#parts.delivering.oldestTimeOf(participant)
    return time === null ? null : Date.parse(time)
  }
}

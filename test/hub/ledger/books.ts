/**
 * What a ledger keeps, as naively as possible: plain maps, counted and searched anew whenever somebody asks. The model that the ledger is held against.
 */
import type { Entry, Place } from '../../../hub/domain/entry.ts'
import { keyOf, type OrderRecord } from '../../../hub/domain/order-record.ts'
import type { ClosedQueue, ParticipantRecord } from '../../../hub/domain/participant.ts'
import { type OrderKey, type ParticipantId, storeOf } from '../../../shared/ids.ts'

export const PLACES = ['queue', 'retry', 'dead'] as const satisfies readonly Place[]

interface Lying {
  readonly participant: ParticipantId
  readonly place: Place
  readonly entry: Entry
}

interface KnownParticipant {
  readonly isActive: boolean
  readonly floor: number
  readonly closed: Omit<ClosedQueue, 'entries'> | null
}

const byPosition = (one: Entry, other: Entry): number => one.position - other.position

export class Books {
  readonly orders = new Map<OrderKey, OrderRecord>()
  readonly participants = new Map<ParticipantId, KnownParticipant>()
  lying: readonly Lying[] = []

  copy(): Books {
    const copy = new Books()
    for (const [key, record] of this.orders) copy.orders.set(key, record)
    for (const [id, known] of this.participants) copy.participants.set(id, known)
    copy.lying = this.lying
    return copy
  }

  entries(participant: ParticipantId, place: Place): Entry[] {
    return this.lying
      .filter((one) => one.participant === participant && one.place === place)
      .map(({ entry }) => entry)
      .sort(byPosition)
  }

  add(participant: ParticipantId, place: Place, entry: Entry): void {
    this.lying = [...this.lying, { participant, place, entry }]
  }

  take(participant: ParticipantId, place: Place, position: number): void {
    this.lying = this.lying.filter(
      (one) => one.participant !== participant || one.place !== place || one.entry.position !== position,
    )
  }

  participant(id: ParticipantId): ParticipantRecord | undefined {
    const known = this.participants.get(id)
    if (known === undefined) return undefined
    const border = known.closed?.upTo ?? 0
    const count = (isClosed: boolean, ...places: readonly Place[]): number =>
      places
        .flatMap((place) => this.entries(id, place))
        .filter(({ position }) => position <= border === isClosed).length
    return {
      ...known,
      id,
      awaySinceMs: null,
      queued: count(false, 'queue'),
      retrying: count(false, 'retry'),
      dead: count(false, 'dead'),
      closed: known.closed && { ...known.closed, entries: count(true, ...PLACES) },
    }
  }

  rosterOf(store: string): ParticipantId[] {
    return [...this.participants]
      .filter(([id, { isActive }]) => isActive && storeOf(id) === store)
      .map(([id]) => id)
      .sort()
  }

  /** `<driver> <order>` for every order that a driver holds. */
  held(): string[] {
    return [...this.orders.values()]
      .filter(({ endedMs }) => endedMs === null)
      .flatMap((record) => {
        const driver = record.driver ?? record.dispatch.lease?.driver
        return driver === undefined ? [] : [`${driver} ${keyOf(record)}`]
      })
      .sort()
  }

  /** Newest first. */
  byTime(): OrderKey[] {
    const indexed = [...this.orders.values()].map((record) => `${record.time}/${keyOf(record)}`)
    return indexed
      .sort()
      .reverse()
      .map((key) => key.slice(key.indexOf('/') + 1) as OrderKey)
  }

  /** Ended orders, longest ago first. */
  ended(): OrderKey[] {
    return [...this.orders.values()]
      .filter(({ endedMs }) => endedMs !== null)
      .sort((one, other) => one.endedMs! - other.endedMs! || (keyOf(one) < keyOf(other) ? -1 : 1))
      .map(keyOf)
  }
}

/**
 * Removes an order's personal fields from all that the hub keeps: first from the order itself, so that nothing that is made of it from then on has any; then from its entries, which are searched in the queues of its store and written
 * anew where they lie; at last their old bytes from the database's files. What connections hold in memory is handed over and written in the form that is noted with them when the order is erased.
 *
 * Entries move and end while they are searched. Each such step shows in the order's history or in the number of writes that is noted with the connections: if there was one, what was found may lie elsewhere, and is searched anew.
 */
import { FLEET, type OrderKey, type ParticipantId } from '../../shared/ids.ts'
import { type Entry, orderKeyOf, type Place } from '../domain/entry.ts'
import { type Erasure, erased, erasedEntry, erasureOf } from '../domain/erasure.ts'
import type { OrderRecord } from '../domain/order-record.ts'
import { commit } from './commit.ts'
import type { HandedErasures, UpkeepLedger, UpkeepReports } from './ports.ts'
import type { Turns } from './turns.ts'

export interface EraserParts {
  readonly ledger: UpkeepLedger
  readonly handed: HandedErasures
  readonly reports: Pick<UpkeepReports, 'erased' | 'scrubbed'>
  /** In which all work on dead letters and closed queues is done: then only connections move entries. */
  readonly turns: Turns
}

interface Found {
  readonly place: Place
  readonly participant: ParticipantId
  readonly entry: Entry
}

/** The order as it was when its entries were searched. */
interface Seen {
  readonly record: OrderRecord
  readonly writes: number
}

const PAGE = 500
const PLACES = ['queue', 'retry', 'dead'] as const satisfies Place[]
const EVERYTHING = Number.MAX_SAFE_INTEGER - 1

const isPlace = (place: OrderRecord['dispatch']['place']): place is Place =>
  (PLACES as readonly string[]).includes(place)

export class Eraser {
  readonly #parts: EraserParts

  constructor(parts: EraserParts) {
    this.#parts = parts
  }

  /**
   * @returns false if there is no such order; otherwise true when it is durable that nothing personal of it is kept any more. Old bytes in the files are let go of from then on, which is told in the reports. May be repeated.
   */
  async erase(order: OrderKey): Promise<boolean> {
    const { ledger, reports, turns } = this.#parts
    const record = await turns.run(() => this.#erase(order))
    if (record === null) return false
    reports.erased(order)
    void ledger.scrub(record).then((isDone) => isDone && reports.scrubbed(order))
    return true
  }

  /** Forgets erasures of which nothing is owed any more: another hub may have settled the last of them. One of which this hub has not heard so much yet is looked at again. */
  async forgetSettled(): Promise<void> {
    const { ledger, handed } = this.#parts
    const orders = [...handed.noted]
    if (orders.length === 0) return
    let settled: OrderKey[] = []
    await commit(ledger, {
      orders,
      decide: (transaction) => {
        settled = orders.filter((order) => (transaction.order(order)?.owed ?? 0) === 0)
      },
    })
    handed.forget(settled)
  }

  async #erase(order: OrderKey): Promise<OrderRecord | null> {
    let record: OrderRecord | undefined
    let erasure: Erasure | undefined
    await commit(this.#parts.ledger, {
      orders: [order],
      decide: (transaction) => {
        const before = transaction.order(order)
        record = undefined
        if (before === undefined) return
        record = erased(before, transaction.nowMs)
        erasure = erasureOf(record, transaction.nowMs)
        if (record !== before) transaction.putOrder(record)
        if (record.owed === 0) return
        this.#parts.handed.note(order, erasure)
        transaction.putErasure(order, erasure)
      },
    })
    if (record === undefined || erasure === undefined) return null
    while (!(await this.#eraseEntries(order, erasure)));
    return record
  }

  /** @returns false if the entries may have moved meanwhile */
  async #eraseEntries(order: OrderKey, erasure: Erasure): Promise<boolean> {
    const seen = await this.#look(order)
    if (seen === null) return true
    const found = await this.#search(seen.record, erasure)
    let isDone = true
    await commit(this.#parts.ledger, {
      orders: [order],
      decide: (transaction) => {
        const record = transaction.order(order)
        isDone = record === undefined || this.#isAsSeen(record, seen)
        if (record === undefined || !isDone) return
        for (const { place, participant, entry } of found)
          transaction.replace(place, participant, { before: entry, after: erasedEntry(entry, erasure) })
      },
    })
    return isDone
  }

  /** The order with all that was decided before, which is durable then; null if nothing of it is owed. */
  async #look(order: OrderKey): Promise<Seen | null> {
    let seen: Seen | null = null
    await commit(this.#parts.ledger, {
      orders: [order],
      decide: (transaction) => {
        const record = transaction.order(order)
        seen = null
        if (record !== undefined && record.owed > 0)
          seen = { record, writes: this.#parts.handed.writesOf(order) }
      },
    })
    return seen
  }

  #isAsSeen({ key, history }: OrderRecord, seen: Seen): boolean {
    return history === seen.record.history && this.#parts.handed.writesOf(key) === seen.writes
  }

  /** All entries of the order. Those of its store's participants are younger than its pickup. */
  async #search({ key, order, owed, dispatch }: OrderRecord, erasure: Erasure): Promise<Found[]> {
    const { place, position } = dispatch
    const found: Found[] = []
    if (isPlace(place)) found.push(...(await this.#entries(place, FLEET, { position, upTo: position, key })))
    const owedToStore = owed - (place === 'none' ? 0 : 1)
    // One that moves meanwhile is found twice, and one of a later event is not owed here.
    const ofStore = new Set<string>()
    for await (const participant of this.#participantsOf(order.store))
      for (const one of PLACES) {
        if (ofStore.size >= owedToStore) return found
        for (const each of await this.#entries(one, participant, { position, upTo: EVERYTHING, key })) {
          if (erasure.eventIds.has(each.entry.id)) ofStore.add(`${participant} ${each.entry.id}`)
          found.push(each)
        }
      }
    return found
  }

  async *#participantsOf(store: string): AsyncGenerator<ParticipantId> {
    const prefix = `vendor/${store}/`
    for (let after = prefix; ; ) {
      const page = await this.#parts.ledger.participants(after, PAGE)
      for (const { id } of page) {
        if (!id.startsWith(prefix)) return
        yield id
      }
      if (page.length < PAGE) return
      after = page.at(-1)!.id
    }
  }

  async #entries(
    place: Place,
    participant: ParticipantId,
    range: { position: number; upTo: number; key: OrderKey },
  ): Promise<Found[]> {
    const { position, upTo, key } = range
    const found: Found[] = []
    for (let after = position - 1; ; ) {
      const page = await this.#parts.ledger.closedEntries(place, participant, { after, upTo, limit: PAGE })
      for (const entry of page) if (orderKeyOf(entry) === key) found.push({ place, participant, entry })
      if (page.length < PAGE) return found
      after = page.at(-1)!.position
    }
  }
}

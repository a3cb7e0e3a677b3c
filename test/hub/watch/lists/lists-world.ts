/** Lists and actions on a real ledger in memory; who is connected and paused is said by the test. */
import { Erasures } from '../../../../hub/delivery/erasures.ts'
import type { DeadLetter, Entry, Place, Retry } from '../../../../hub/domain/entry.ts'
import { keyOf, type OrderRecord } from '../../../../hub/domain/order-record.ts'
import { newParticipant, type ParticipantRecord } from '../../../../hub/domain/participant.ts'
import type { LevelLedger } from '../../../../hub/ledger/level/level-ledger.ts'
import type { Transaction } from '../../../../hub/ledger/level/transaction.ts'
import { DeadLetters } from '../../../../hub/upkeep/dead-letters.ts'
import type { UpkeepLedger, UpkeepReports } from '../../../../hub/upkeep/ports.ts'
import { Turns } from '../../../../hub/upkeep/turns.ts'
import { createLists } from '../../../../hub/watch/lists/lists.ts'
import { listsLedger } from '../../../../hub/watch/lists/lists-ledger.ts'
import type { Lists, LiveQueue } from '../../../../hub/watch/ports.ts'
import { type OrderKey, type ParticipantId, storesOf } from '../../../../shared/ids.ts'
import { commitNow, openTestLedger, type TestWork, turning } from '../../../support/ledger.ts'
import { createManualClock, type ManualClock } from '../../../support/manual-clock.ts'
import { order, waitingOrder } from '../../../support/orders.ts'

export const NOW = Date.UTC(2026, 0, 1)

const AWAY: LiveQueue = {
  connected: false,
  connectedMs: null,
  inFlight: 0,
  redelivered: 0,
  pausedMs: null,
  carrying: 0,
}

/** As few as it takes to see steps. */
export const LETTERS_PER_STEP = 400

export class ListsWorld {
  readonly ledger: LevelLedger
  readonly clock: ManualClock
  readonly lists: Lists
  readonly live = new Map<ParticipantId, Partial<LiveQueue>>()
  /** Rows that the lists have asked for. */
  readRecords = 0

  private constructor(ledger: LevelLedger, clock: ManualClock) {
    this.ledger = ledger
    this.clock = clock
    const reads = listsLedger(ledger)
    const reports = { dropped: () => {}, replayed: () => {} }
    const lettersLedger: Pick<UpkeepLedger, 'submit' | 'deadLettersOf' | 'closedEntries'> = {
      submit: (work) => ledger.submit(work),
      deadLettersOf: (id, from) => ledger.reads.deadLettersOf(id, from),
      closedEntries: (place, id, range) => ledger.reads.closedEntries(place, id, range),
    }
    this.lists = createLists({
      ledger: {
        ...reads,
        orderRecords: (orders: readonly OrderKey[]) => {
          this.readRecords += orders.length
          return reads.orderRecords(orders)
        },
      },
      letters: new DeadLetters({
        ledger: lettersLedger as UpkeepLedger,
        reports: reports as unknown as UpkeepReports,
        turns: new Turns(),
        handed: new Erasures(),
      }),
      live: {
        liveOf: (id) => ({ ...AWAY, ...this.live.get(id) }),
        isConnected: (id) => this.live.get(id)?.connected ?? false,
        isElsewhere: () => false,
        troubled: () =>
          [...this.live].flatMap(([id, { connected, pausedMs, carrying = 0 }]) =>
            pausedMs != null || (!connected && carrying! > 0) ? [id] : [],
          ),
      },
      lettersPerStep: LETTERS_PER_STEP,
      pausing: {
        pause: async (id) => this.#pause(id, true),
        resume: async (id) => this.#pause(id, false),
      },
      now: () => clock.now(),
      endOfTurn: (run) => clock.endOfTurn(run),
    })
  }

  static async begin(): Promise<ListsWorld> {
    const { ledger, clock } = await openTestLedger(createManualClock(NOW))
    return new ListsWorld(ledger, clock)
  }

  #pause(id: ParticipantId, paused: boolean): boolean {
    const live = this.live.get(id)
    if (((live?.pausedMs ?? null) !== null) === paused) return false
    this.live.set(id, { ...live, pausedMs: paused ? NOW : null })
    return true
  }

  commit<R>(work: TestWork<R, Transaction>): Promise<R> {
    return commitNow(this, work)
  }

  /** What the lists say, however many turns that takes. */
  ask<R>(ask: (lists: Lists) => Promise<R>): Promise<R> {
    return turning(this.clock, ask(this.lists))
  }

  put(...records: readonly OrderRecord[]): Promise<void> {
    return this.commit({
      orders: records.map(keyOf),
      decide: (transaction) => {
        for (const record of records) transaction.putOrder(record)
      },
    })
  }

  /** @param record what differs from a new one */
  enter(id: ParticipantId, record: Partial<ParticipantRecord> = {}): Promise<void> {
    return this.commit({
      participants: [id],
      stores: storesOf(id),
      decide: (transaction) =>
        transaction.putParticipant({ ...newParticipant(id, transaction.lastPosition), ...record }),
    })
  }

  /** Adds events of these orders, accepted now, to one place of a participant. The orders are there, too. @returns their positions */
  owe(id: ParticipantId, orderIds: readonly string[], place: Place = 'queue'): Promise<number[]> {
    const records = orderIds.map((orderId) => waitingOrder(order(orderId)))
    return this.commit({
      participants: [id],
      orders: records.map(keyOf),
      decide: (transaction) =>
        records.map((record) => {
          transaction.putOrder(record)
          const position = transaction.append(id, this.#entryOf(record))
          if (place !== 'queue') this.#move(transaction, id, { position, ...this.#entryOf(record) }, place)
          return position
        }),
    })
  }

  #entryOf({ order: payload }: OrderRecord): Omit<Entry, 'position'> {
    const time = new Date(this.clock.now()).toISOString()
    return { id: `event of ${payload.orderId}`, event: 'delivered', time, payload }
  }

  #move(transaction: Transaction, id: ParticipantId, entry: Entry, place: Place): void {
    const failures = [{ time: entry.time, reason: 'no' }]
    const retry: Retry = { ...entry, failures, dueMs: this.clock.now() + 1000 }
    const letter: DeadLetter = { ...entry, failures, deadMs: this.clock.now() }
    transaction.take('queue', id, entry.position)
    if (place === 'retry') transaction.addRetry(id, retry)
    else transaction.addDeadLetter(id, letter)
  }
}

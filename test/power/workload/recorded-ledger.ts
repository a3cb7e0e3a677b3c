/** A ledger that says what each piece of work has made of the rows, when it is decided, and when it is settled. */
import type { DeliveryTransaction } from '../../../hub/delivery/ports.ts'
import type { Place } from '../../../hub/domain/entry.ts'
import { keyOf } from '../../../hub/domain/order-record.ts'
import type { Work } from '../../../hub/domain/work.ts'
import type { IntakeTransaction } from '../../../hub/intake/ports.ts'
import { entryKey, orderRowKey, participantRowKey, rosterKey } from '../../../hub/ledger/level/keys.ts'
import type { LevelLedger } from '../../../hub/ledger/level/level-ledger.ts'
import type { Transaction } from '../../../hub/ledger/level/transaction.ts'
import type { SessionTransaction } from '../../../hub/sessions/ports.ts'
import { type OrderKey, type ParticipantId, storeOf } from '../../../shared/ids.ts'
import type { RowChanges, Sayer } from '../marks.ts'

export type AnyTransaction = IntakeTransaction & DeliveryTransaction & SessionTransaction

/** Hands everything on, and remembers what was touched. */
class Notes {
  readonly #transaction: Transaction
  readonly #orders = new Set<OrderKey>()
  readonly #participants = new Set<ParticipantId>()
  readonly #entries = new Map<string, string | null>()

  constructor(transaction: Transaction) {
    this.#transaction = transaction
  }

  #put(place: Place, participant: ParticipantId, entry: { readonly position: number }): void {
    this.#participants.add(participant)
    this.#entries.set(entryKey(place, participant, entry.position), JSON.stringify(entry))
  }

  taking(): AnyTransaction {
    const transaction = this.#transaction
    return {
      nowMs: transaction.nowMs,
      lastPosition: transaction.lastPosition,
      owns: (participant) => transaction.owns(participant),
      order: (key) => transaction.order(key),
      participant: (id) => transaction.participant(id),
      rosterOf: (store) => transaction.rosterOf(store),
      putOrder: (record) => {
        this.#orders.add(keyOf(record))
        transaction.putOrder(record)
      },
      putParticipant: (record) => {
        this.#participants.add(record.id)
        transaction.putParticipant(record)
      },
      removeParticipant: (id) => {
        this.#participants.add(id)
        transaction.removeParticipant(id)
      },
      append: (participant, entry) => {
        const position = transaction.append(participant, entry)
        this.#put('queue', participant, { position, ...entry })
        return position
      },
      appendedTo: (participant) => transaction.appendedTo(participant),
      addRetry: (participant, retry) => {
        transaction.addRetry(participant, retry)
        this.#put('retry', participant, retry)
      },
      addDeadLetter: (participant, letter) => {
        transaction.addDeadLetter(participant, letter)
        this.#put('dead', participant, letter)
      },
      take: (place, participant, position) => {
        transaction.take(place, participant, position)
        this.#participants.add(participant)
        this.#entries.set(entryKey(place, participant, position), null)
      },
    }
  }

  rows(): RowChanges {
    const rows: Record<string, string | null> = Object.fromEntries(this.#entries)
    const note = (key: string, row: unknown): void => {
      rows[key] = row === undefined ? null : JSON.stringify(row)
    }
    for (const key of this.#orders) note(orderRowKey(key), this.#transaction.order(key))
    for (const id of this.#participants) {
      note(participantRowKey(id), this.#transaction.participant(id))
      const store = storeOf(id)
      if (store !== null) note(rosterKey(store), this.#transaction.rosterOf(store))
    }
    return rows
  }
}

export interface RecordedLedger {
  submit(work: Work<AnyTransaction>): void
  onDecided(listener: (transaction: AnyTransaction) => void): () => void
}

/** @param decided called with the number of each piece of work that was decided, from 1 on */
export const recordedLedger = (
  ledger: LevelLedger,
  say: Sayer,
  decided: (work: number) => void,
): RecordedLedger => {
  let count = 0
  const note = (notes: Notes): number => {
    count += 1
    say({ say: 'decided', work: count, rows: notes.rows() })
    decided(count)
    return count
  }
  return {
    onDecided: (listener) =>
      ledger.onDecided((transaction) => {
        const notes = new Notes(transaction)
        listener(notes.taking())
        note(notes)
      }),
    submit(work) {
      let number = 0
      ledger.submit({
        ...work,
        stores: [...(work.stores ?? []), ...(work.participants ?? []).flatMap((id) => storeOf(id) ?? [])],
        decide: (transaction) => {
          const notes = new Notes(transaction)
          work.decide(notes.taking())
          number = note(notes)
        },
        settled: () => {
          say({ say: 'settled', work: number })
          work.settled()
        },
      })
    },
  }
}

/**
 * Dead letters can be listed, replayed (they come to the participant once more, from the first attempt on, marked as replays) and dropped for good. One request is carried
 * out at a time, on letters that are read for it, so that two requests for the same letter, or one and the removal of a closed queue, cannot both have it; what another hub has done with it meanwhile the ledger tells.
 */
import { FLEET, type OrderKey, type ParticipantId, storesOf } from '../../shared/ids.ts'
import { dropPickup, replayPickup } from '../domain/dispatch.ts'
import { orderKeyOf } from '../domain/entry.ts'
import { addHistory, payloadOf, settleEntry } from '../domain/order.ts'
import { commit } from './commit.ts'
import { type Letter, lettersOf, placesOf, takeLetter } from './letters.ts'
import type { HandedErasures, UpkeepLedger, UpkeepReports, UpkeepTransaction } from './ports.ts'
import type { Turns } from './turns.ts'

export interface DeadLettersParts {
  readonly ledger: UpkeepLedger
  readonly reports: Pick<UpkeepReports, 'replayed' | 'dropped'>
  readonly turns: Turns
  readonly handed: Pick<HandedErasures, 'written'>
}

type Step = (transaction: UpkeepTransaction, id: ParticipantId, letter: Letter) => boolean

export class DeadLetters {
  readonly #ledger: UpkeepLedger
  readonly #reports: DeadLettersParts['reports']
  readonly #turns: Turns
  readonly #handed: DeadLettersParts['handed']

  constructor({ ledger, reports, turns, handed }: DeadLettersParts) {
    this.#ledger = ledger
    this.#reports = reports
    this.#turns = turns
    this.#handed = handed
  }

  /** Letters of a participant (the fleet's: `FLEET`) in queue order, after a position (0 for the first). An expired queue reads as dead letters. */
  list(participant: ParticipantId, from: { after: number; limit: number }): Promise<readonly Letter[]> {
    return lettersOf(this.#ledger, participant, from)
  }

  /**
   * Hands letters to their participant once more. @returns how many, when that is durable: letters that are gone, and those of a participant that is no longer
   * known, are left alone
   */
  async replay(participant: ParticipantId, positions: readonly number[]): Promise<number> {
    const replayed = await this.#apply(
      participant,
      positions,
      participant === FLEET ? replayToFleet : replayToQueue,
    )
    this.#reports.replayed(participant, replayed)
    return replayed
  }

  /** Gives letters up. A dropped pickup ends its order: nobody will carry it. @returns how many, when that is durable */
  async drop(participant: ParticipantId, positions: readonly number[]): Promise<number> {
    const dropped = await this.#apply(participant, positions, dropLetter)
    this.#reports.dropped(participant, dropped)
    return dropped
  }

  #apply(participant: ParticipantId, positions: readonly number[], step: Step): Promise<number> {
    return this.#turns.run(async () => {
      const wanted = new Set(positions)
      const found = await Promise.all(
        [...wanted].map((position) =>
          lettersOf(this.#ledger, participant, { after: position - 1, limit: 1 }),
        ),
      )
      const letters = found.flat().filter(({ position }) => wanted.has(position))
      return this.#commit(participant, letters, step)
    })
  }

  async #commit(participant: ParticipantId, letters: readonly Letter[], step: Step): Promise<number> {
    let count = 0
    await commit(this.#ledger, {
      orders: letters.map(orderKeyOf),
      participants: [participant],
      stores: storesOf(participant),
      entries: placesOf(participant, letters),
      decide: (transaction) => {
        count = 0
        // Another hub may have erased its order since it was read.
        for (const letter of letters)
          if (step(transaction, participant, this.#handed.written(letter))) count += 1
      },
    })
    return count
  }
}

/** A pickup is dead as long as its order says so: a driver may have taken the order meanwhile. */
const isDeadPickup = (transaction: UpkeepTransaction, order: OrderKey, position: number): boolean => {
  const dispatch = transaction.order(order)?.dispatch
  return dispatch?.place === 'dead' && dispatch.position === position
}

const replayToFleet: Step = (transaction, fleet, letter) => {
  const key = orderKeyOf(letter)
  if (!isDeadPickup(transaction, key, letter.position)) return false
  const record = transaction.order(key)!
  if (!takeLetter(transaction, fleet, letter)) return false
  const { id, event, time } = letter
  const position = transaction.append(fleet, {
    id,
    event,
    time,
    payload: payloadOf(record, event),
    replay: true,
  })
  transaction.putOrder(replayPickup(record, position, transaction.nowMs))
  return true
}

const replayToQueue: Step = (transaction, id, letter) => {
  const record = transaction.order(orderKeyOf(letter))
  if (record === undefined || transaction.participant(id)?.isActive !== true) return false
  if (!takeLetter(transaction, id, letter)) return false
  const { event, time, payload } = letter
  transaction.append(id, { id: letter.id, event, time, payload, replay: true })
  const item = { what: 'replayed', participant: id, event } as const
  transaction.putOrder(addHistory(record, item, transaction.nowMs))
  return true
}

const dropLetter: Step = (transaction, id, letter) => {
  const key = orderKeyOf(letter)
  const record = transaction.order(key)
  if (id === FLEET && !isDeadPickup(transaction, key, letter.position)) return false
  if (!takeLetter(transaction, id, letter)) return false
  if (record === undefined) return true
  const item = { what: 'dropped', participant: id, event: letter.event } as const
  const after =
    id === FLEET ? dropPickup(record, transaction.nowMs) : settleEntry(record, item, transaction.nowMs)
  transaction.putOrder(after)
  return true
}

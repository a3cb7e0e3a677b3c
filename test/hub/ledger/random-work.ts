/** Work for the ledger's model: what it does to the ledger it does to the books too, in the same words. */
import fc from 'fast-check'
import { assign, leaseTo } from '../../../hub/domain/dispatch.ts'
import { orderKeyOf, type Place } from '../../../hub/domain/entry.ts'
import { erased } from '../../../hub/domain/erasure.ts'
import { accept } from '../../../hub/domain/order.ts'
import { keyOf, type OrderRecord } from '../../../hub/domain/order-record.ts'
import { closeQueue, newParticipant } from '../../../hub/domain/participant.ts'
import type { LedgerTransaction as Transaction } from '../../../hub/ledger/ledger.ts'
import { driverId, FLEET, type ParticipantId, vendorId } from '../../../shared/ids.ts'
import { order, progress, stamp, waitingOrder } from '../../support/orders.ts'
import { type Books, PLACES } from './books.ts'
import { entryOf } from './ledger-contract.ts'

export const PARTICIPANTS = [
  FLEET,
  driverId('bob'),
  vendorId('acme', 'main'),
  vendorId('acme', 'till'),
] as const
export const STORE = 'acme'
export const NOW = Date.UTC(2026, 0, 1)

export type RandomWork =
  | { do: 'enter'; id: ParticipantId }
  | { do: 'close'; id: ParticipantId }
  | { do: 'append'; id: ParticipantId }
  | { do: 'take'; id: ParticipantId; place: Place; pick: number }
  | { do: 'retry'; id: ParticipantId; pick: number }
  | { do: 'retry again'; id: ParticipantId; pick: number }
  | { do: 'bury'; id: ParticipantId; pick: number }
  | { do: 'replay'; id: ParticipantId; pick: number }
  | { do: 'replace'; id: ParticipantId; place: Place; pick: number }
  | { do: 'put'; record: OrderRecord }
  | { do: 'remove'; record: OrderRecord }

const inTransit = (record: OrderRecord, driver: string): OrderRecord =>
  accept(record, progress('in-transit', driver), stamp('id', NOW))

/** All forms in which the indexes see an order. */
const FORMS: readonly ((record: OrderRecord, driver: string) => OrderRecord)[] = [
  (record) => record,
  (record, driver) => leaseTo(record, driver, NOW),
  (record, driver) => assign(leaseTo(record, driver, NOW), NOW),
  inTransit,
  (record, driver) => ({ ...inTransit(record, driver), endedMs: NOW }),
  (record, driver) => ({ ...inTransit(record, driver), endedMs: NOW + 1 }),
  (record, driver) => erased(inTransit(record, driver), NOW),
  (record) => ({ ...record, time: new Date(NOW + 5).toISOString() }),
]

/** Mostly the same one, so that much happens to the same entries. */
const id = fc.oneof(
  { weight: 2, arbitrary: fc.constant(PARTICIPANTS[2]) },
  { weight: 1, arbitrary: fc.constantFrom(...PARTICIPANTS) },
)
const pick = fc.nat(3)
const record = fc
  .tuple(fc.constantFrom('one', 'two', 'three'), fc.constantFrom(...FORMS), fc.constantFrom('bob', 'eve'))
  .map(([orderId, form, driver]) => form(waitingOrder(order(orderId)), driver))

export const randomWork: fc.Arbitrary<RandomWork> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('enter'), id }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close'), id }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('append'), id }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('take'), id, place: fc.constantFrom(...PLACES), pick }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('retry'), id, pick }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('retry again'), id, pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('bury'), id, pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('replay'), id, pick }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('replace'), id, place: fc.constantFrom(...PLACES), pick }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('put'), record }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove'), record }) },
) as fc.Arbitrary<RandomWork>

const isActive = (books: Books, participant: ParticipantId): boolean =>
  books.participants.get(participant)?.isActive === true

const enter = (participant: ParticipantId, transaction: Transaction, books: Books): void => {
  if (isActive(books, participant)) return
  const closed = books.participant(participant)?.closed ?? null
  const floor = transaction.lastPosition
  transaction.putParticipant({ ...newParticipant(participant, floor), closed })
  books.participants.set(participant, { isActive: true, floor, closed })
}

const close = (participant: ParticipantId, transaction: Transaction, books: Books): void => {
  if (!isActive(books, participant)) return
  const closing = { reason: 'left', upTo: transaction.lastPosition, nowMs: NOW } as const
  const record = closeQueue(transaction.participant(participant)!, closing)
  const isEmpty = PLACES.every((place) => books.entries(participant, place).length === 0)
  if (isEmpty) {
    transaction.removeParticipant(participant)
    books.participants.delete(participant)
  } else {
    transaction.putParticipant(record)
    const closed = { reason: 'left', upTo: closing.upTo, closedMs: NOW } as const
    books.participants.set(participant, { isActive: false, floor: closing.upTo, closed })
  }
}

const append = (participant: ParticipantId, transaction: Transaction, books: Books): number[] => {
  if (!isActive(books, participant)) return []
  const entry = entryOf('one')
  const position = transaction.append(participant, entry)
  books.add(participant, 'queue', { position, ...entry })
  return [position]
}

/** Takes one of the entries that lie in a place, if any do, and puts it into another one, if there is a `to`. */
const move = (
  { id: participant, pick }: { id: ParticipantId; pick: number },
  [from, to]: [from: Place, to: Place | null],
  [transaction, books]: [Transaction, Books],
): void => {
  const lying = books.entries(participant, from)
  const entry = lying[pick % Math.max(1, lying.length)]
  if (entry === undefined) return
  transaction.take(from, participant, entry.position)
  books.take(participant, from, entry.position)
  const moved = { ...entry, failures: [], dueMs: NOW, deadMs: NOW }
  if (to === 'retry') transaction.addRetry(participant, moved)
  else if (to === 'dead') transaction.addDeadLetter(participant, moved)
  if (to !== null) books.add(participant, to, moved)
}

const replace = (
  { id: participant, place, pick }: { id: ParticipantId; place: Place; pick: number },
  transaction: Transaction,
  books: Books,
): void => {
  const lying = books.entries(participant, place)
  const entry = lying[pick % Math.max(1, lying.length)]
  if (entry === undefined) return
  const other = { ...entry, payload: { ...entry.payload, customer: `${entry.payload.customer}'` } }
  transaction.replace(place, participant, { before: entry, after: other })
  books.take(participant, place, entry.position)
  books.add(participant, place, other)
}

/** As upkeep does, only when nothing of the order is owed any more. */
const remove = ({ order: { orderId } }: OrderRecord, transaction: Transaction, books: Books): void => {
  const known = [...books.orders.values()].find((each) => each.order.orderId === orderId)
  if (known === undefined) return
  if (books.lying.some(({ entry }) => orderKeyOf(entry) === keyOf(known))) return
  transaction.removeOrder(known)
  books.orders.delete(keyOf(known))
}

/** Carries out what the books allow. @returns the positions of what was appended */
export const carryOut = (work: RandomWork, transaction: Transaction, books: Books): readonly number[] => {
  if (work.do === 'append') return append(work.id, transaction, books)
  if (work.do === 'enter') enter(work.id, transaction, books)
  else if (work.do === 'close') close(work.id, transaction, books)
  else if (work.do === 'take') move(work, [work.place, null], [transaction, books])
  else if (work.do === 'retry') move(work, ['queue', 'retry'], [transaction, books])
  else if (work.do === 'retry again') move(work, ['retry', 'retry'], [transaction, books])
  else if (work.do === 'replay') move(work, ['dead', 'retry'], [transaction, books])
  else if (work.do === 'bury') move(work, ['retry', 'dead'], [transaction, books])
  else if (work.do === 'replace') replace(work, transaction, books)
  else if (work.do === 'remove') remove(work.record, transaction, books)
  else {
    transaction.putOrder(work.record)
    books.orders.set(keyOf(work.record), work.record)
  }
  return []
}

/** The books of a hub: what its rows say, held against what lies in its ranges. */
import type { Place } from '../../hub/domain/entry.ts'
import { orderKeyOf } from '../../hub/domain/entry.ts'
import type { ParticipantRecord } from '../../hub/domain/participant.ts'
import type { LevelLedger } from '../../hub/ledger/level/level-ledger.ts'
import type { OrderKey, ParticipantId } from '../../shared/ids.ts'
import { commit, turning } from './ledger.ts'
import type { World } from './world.ts'

const ALL = { after: 0, upTo: Number.MAX_SAFE_INTEGER - 1, limit: 1_000_000 }
const PLACES: readonly Place[] = ['queue', 'retry', 'dead']

type Range = readonly { readonly position: number; readonly order: OrderKey }[]

/** A ledger at rest, and what is to be looked at in it. */
export interface Books {
  readonly ledger: LevelLedger
  /** Of these, and of all that lie in a queue. */
  readonly orders: Iterable<OrderKey>
  /** Lets turns end until the promise is settled. */
  turning<R>(promise: Promise<R>): Promise<R>
}

const rangeOf = async ({ ledger }: Books, place: Place, id: ParticipantId): Promise<Range> => {
  const entries = await ledger.reads.closedEntries(place, id, ALL)
  return entries.map((entry) => ({ position: entry.position, order: orderKeyOf(entry) }))
}

const faultsOf = (record: ParticipantRecord, ranges: readonly Range[]): string[] => {
  const upTo = record.closed?.upTo ?? 0
  const [queued, retrying, dead] = ranges.map((range) => range.filter(({ position }) => position > upTo))
  const closed = ranges.flat().filter(({ position }) => position <= upTo)
  const counters = [record.queued, record.retrying, record.dead, record.closed?.entries ?? 0]
  const found = [queued!.length, retrying!.length, dead!.length, closed.length]
  const passed = queued!.filter(({ position }) => position <= record.floor)
  return [
    ...(String(counters) === String(found) ? [] : [`${record.id} counts ${counters} and has ${found}`]),
    ...passed.map(({ position }) => `${record.id} starts behind ${position}, which it is owed`),
  ]
}

/**
 * What is wrong between counters, floors, orders and entries, a line each: counters of participants [LG8], entries that a floor has passed, and orders that count other than
 * what of them lies in all queues or is leased.
 */
export const orphansIn = async (books: Books): Promise<string[]> => {
  const participants = await books.turning(books.ledger.reads.participants('', 1000))
  const owed = new Map<OrderKey, number>()
  const faults: string[] = []
  for (const record of participants) {
    const ranges = await books.turning(Promise.all(PLACES.map((place) => rangeOf(books, place, record.id))))
    faults.push(...faultsOf(record, ranges))
    for (const { order } of ranges.flat()) owed.set(order, (owed.get(order) ?? 0) + 1)
  }
  const orders = [...new Set([...owed.keys(), ...books.orders])]
  const records = await books.turning(
    commit(books.ledger, { orders, decide: (transaction) => orders.map((key) => transaction.order(key)) }),
  )
  for (const [index, record] of records.entries()) {
    const found = (owed.get(orders[index]!) ?? 0) + (record?.dispatch.place === 'leased' ? 1 : 0)
    if ((record?.owed ?? 0) !== found)
      faults.push(`${orders[index]} counts ${record?.owed} entries and has ${found}`)
  }
  return faults
}

/** As `orphansIn`, of a world that has come to rest. */
export const orphans = async (world: World): Promise<string[]> => {
  await world.settle()
  const { ledger, orders, clock } = world
  return orphansIn({ ledger, orders, turning: (promise) => turning(clock, promise) })
}

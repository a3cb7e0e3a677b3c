/** The orders of a run: who made them, and what is poison, stands in their ids; their contents follow from the id. */
import { crc32 } from 'node:zlib'
import type { EventName } from './records.ts'

/** What no handler can deal with: the pickup, for every driver, or the report that it is in transit, for every till. */
export type Poison = 'pickup' | 'in-transit'

const POISON_MARK = '~'
/** Of a poisoned run every so many orders of a till is one of either kind. */
const POISON_EVERY = 50

const poisonAt = (number: number): Poison | null => {
  if (number % POISON_EVERY === 7) return 'pickup'
  return number % POISON_EVERY === 31 ? 'in-transit' : null
}

export const orderIdOf = (till: string, number: number, hasPoison: boolean): string => {
  const poison = hasPoison ? poisonAt(number) : null
  return `${till}-${number}${poison === null ? '' : POISON_MARK + poison}`
}

/** The event of the order that always fails. */
export const poisonOf = (orderId: string): string | null => orderId.split(POISON_MARK)[1] ?? null

const NOTE = 'Ring twice; the dog is harmless. '
const LONGEST_NOTE = 6_000

/** Mostly short; one in a hundred fills a good part of a frame. */
const noteOf = (key: string): string => {
  const drawn = crc32(key)
  const length = drawn % 100 === 0 ? drawn % LONGEST_NOTE : drawn % 60
  return NOTE.repeat(Math.ceil(length / NOTE.length)).slice(0, length)
}

export const orderOf = (store: string, orderId: string) => ({
  store,
  orderId,
  customer: `Customer of ${orderId}`,
  address: `${crc32(`${store}/${orderId}`) % 997} Main St`,
  details: { note: noteOf(`${store}/${orderId}`) },
})

export const progressOf = (store: string, orderId: string, event: EventName) => ({
  store,
  orderId,
  details: { note: noteOf(`${event} ${store}/${orderId}`) },
})

const sumOf = (value: unknown): string => crc32(JSON.stringify(value) ?? '').toString(16)

/** Of the fields that every event of an order has. */
export const orderSum = ({ customer, address }: { customer: string; address: string }): string =>
  sumOf([customer, address])

export const detailsSum = ({ details }: { details?: unknown }): string => sumOf(details)

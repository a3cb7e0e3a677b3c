/**
 * The orders that a vendor invents. Order number n is a pure function of seed, store, till and n: a vendor that is started again makes the same ones, and
 * making one twice is harmless, because the hub takes it as a repeat.
 */
import { createHash } from 'node:crypto'
import { faker } from '@faker-js/faker/locale/en'
import type { Order, Position } from '../shared/messages.ts'
import { TOWN, TOWN_RADIUS_KM } from '../shared/town.ts'

export interface OrderSource {
  readonly seed: string
  readonly store: string
  readonly till: string
}

const digestOf = (source: OrderSource, n: number): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([source.seed, source.store, source.till, n]))
    .digest()

/** RFC 9562, section 5.8: a UUID of version 8 holds what its maker likes. */
const uuidOf = (digest: Buffer): string => {
  const bytes = Buffer.from(digest.subarray(0, 16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

const numbersIn = (digest: Buffer): number[] =>
  Array.from({ length: digest.length / 4 }, (_, index) => digest.readUInt32LE(index * 4))

/** Id of order n (from 0): a UUID, far cheaper than the whole order. */
export const orderIdOf = (source: OrderSource, n: number): string => uuidOf(digestOf(source, n))

/** Five digits are a metre. */
const rounded = (degrees: number): number => Number(degrees.toFixed(5))

/** Drawn by Faker as it is seeded. */
const placeWithin = (radius: number): Position => {
  const [lat, lng] = faker.location.nearbyGPSCoordinate({
    origin: [TOWN.lat, TOWN.lng],
    radius,
    isMetric: true,
  })
  return { lat: rounded(lat), lng: rounded(lng) }
}

/** A store stays where it is, whatever the seed of its orders. */
const placeOfStore = (store: string): Position => {
  faker.seed(numbersIn(createHash('sha256').update(`place of ${store}`).digest()))
  return placeWithin(TOWN_RADIUS_KM)
}

export const orderOf = (source: OrderSource, n: number): Order => {
  const digest = digestOf(source, n)
  const from = placeOfStore(source.store)
  faker.seed(numbersIn(digest))
  return {
    store: source.store,
    orderId: uuidOf(digest),
    customer: faker.person.fullName(),
    address: `${faker.location.streetAddress()}, ${faker.location.city()}`,
    details: { parcel: faker.commerce.productName(), from, to: placeWithin(TOWN_RADIUS_KM) },
  }
}

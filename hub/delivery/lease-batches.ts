/** Leases that leave together. */
import { holderOf, type OrderRecord } from '../domain/order-record.ts'
import { bytesOf } from './entry-bytes.ts'
import type { Room } from './fleet.ts'

/** How many of these leases may be in flight at once, from the first on. */
export const fittingCount = (leases: readonly OrderRecord[], room: Room): number => {
  let bytes = 0
  const tooMany = leases.findIndex((record, index) => {
    bytes += bytesOf(record.order)
    return index > 0 && (index >= room.entries || bytes > room.bytes)
  })
  return tooMany === -1 ? leases.length : tooMany
}

/** Leases by the driver that holds them. */
export const byHolder = (records: readonly OrderRecord[]): Map<string, OrderRecord[]> => {
  const groups = new Map<string, OrderRecord[]>()
  for (const record of records) {
    const holder = holderOf(record)!
    const group = groups.get(holder)
    if (group === undefined) groups.set(holder, [record])
    else group.push(record)
  }
  return groups
}

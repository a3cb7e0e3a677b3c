/**
 * An order's row: packed, what the journal would say of it as a new one. Folders of format 5 and before have rows as JSON with their history behind a line feed: those are read as well, and are packed when they are written anew.
 */
import { CHECKSUM_DIGITS } from '../../../shared/checksum.ts'
import type { OrderKey } from '../../../shared/ids.ts'
import type { OrderRecord } from '../../domain/order-record.ts'
import { unseal } from './codec.ts'
import { orderRowKey } from './keys.ts'
import { type OrderPatch, patched } from './order-patch.ts'
import { PackedReader, PackedWriter } from './packed.ts'
import { readPatch, writePatch } from './packed-patch.ts'

type JsonRow = readonly [OrderPatch['fields'], OrderPatch['dispatch'], OrderPatch['events']]

/** How rows as JSON begin, behind the checksum. A packed one begins with a number below 64. */
const JSON_BEGINS = '['

const packed = new PackedWriter()

export const encodeOrder = (record: OrderRecord): string => {
  writePatch(packed, null, record)
  return packed.take(orderRowKey(record.key))
}

const jsonPatch = (row: string): OrderPatch => {
  const end = row.indexOf('\n')
  const [fields, dispatch, events] = JSON.parse(row.slice(0, end)) as JsonRow
  return { fields, dispatch, events, history: { kept: 0, added: row.slice(end + 1) } }
}

const patchIn = (order: OrderKey, text: string): OrderPatch => {
  const key = orderRowKey(order)
  return text[CHECKSUM_DIGITS] === JSON_BEGINS
    ? jsonPatch(unseal(key, text))
    : readPatch(new PackedReader(key, text), order)
}

/** @throws Fault `corrupt` if the checksum does not match */
export const decodeOrder = (order: OrderKey, text: string): OrderRecord =>
  patched(order, null, patchIn(order, text))

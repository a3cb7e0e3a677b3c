/** An order's row: what the journal would say of it as a new one, and behind a line feed its history, which is neither encoded nor decoded anew. */
import type { OrderKey } from '../../../shared/ids.ts'
import type { OrderRecord } from '../../domain/order-record.ts'
import { seal, unseal } from './codec.ts'
import { orderRowKey } from './keys.ts'
import { type OrderPatch, patched, wholeText } from './order-patch.ts'

type Row = readonly [OrderPatch['fields'], OrderPatch['dispatch'], OrderPatch['events']]

export const encodeOrder = (record: OrderRecord): string =>
  seal(orderRowKey(record.key), `[${wholeText(record)}]\n${record.history}`)

/** @throws Fault `corrupt` if the checksum does not match */
export const decodeOrder = (order: OrderKey, text: string): OrderRecord => {
  const row = unseal(orderRowKey(order), text)
  const end = row.indexOf('\n')
  const [fields, dispatch, events] = JSON.parse(row.slice(0, end)) as Row
  return patched(order, null, {
    fields,
    dispatch,
    events,
    history: { kept: 0, added: row.slice(end + 1) },
  })
}

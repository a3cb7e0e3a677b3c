/** An order's row: its JSON, and behind a line feed its history, which is neither encoded nor decoded anew. */
import type { OrderKey } from '../../../shared/ids.ts'
import type { History } from '../../domain/history.ts'
import type { OrderRecord } from '../../domain/order.ts'
import { seal, unseal } from './codec.ts'
import { orderRowKey } from './keys.ts'

export const encodeOrder = (record: OrderRecord): string =>
  seal(orderRowKey(record.key), `${JSON.stringify({ ...record, history: undefined })}\n${record.history}`)

/** @throws Fault `corrupt` if the checksum does not match */
export const decodeOrder = (order: OrderKey, text: string): OrderRecord => {
  const row = unseal(orderRowKey(order), text)
  const end = row.indexOf('\n')
  return { ...(JSON.parse(row.slice(0, end)) as OrderRecord), history: row.slice(end + 1) as History }
}

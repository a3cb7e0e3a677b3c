/** The three kinds of rows: where each is kept in memory and on disk, and how it is written there. */
import type { OrderKey, ParticipantId } from '../../../shared/ids.ts'
import type { OrderRecord } from '../../domain/order-record.ts'
import type { ParticipantRecord } from '../../domain/participant.ts'
import { decode, encode } from './codec.ts'
import { orderRowKey, participantRowKey, rosterKey } from './keys.ts'
import { decodeOrder, encodeOrder } from './order-row.ts'
import type { Rows } from './rows.ts'
import type { Roster, Tables } from './tables.ts'

export interface Kind<Name extends string, Row extends object> {
  rows(tables: Tables): Rows<Name, Row>
  keyOf(name: Name): string
  encode(name: Name, row: Row): string
  /** @throws Fault `corrupt` if the text is damaged */
  decode(name: Name, text: string): Row
}

export const ORDERS: Kind<OrderKey, OrderRecord> = {
  rows: ({ orders }) => orders,
  keyOf: orderRowKey,
  encode: (_, record) => encodeOrder(record),
  decode: decodeOrder,
}

export const PARTICIPANTS: Kind<ParticipantId, ParticipantRecord> = {
  rows: ({ participants }) => participants,
  keyOf: participantRowKey,
  encode: (id, record) => encode(participantRowKey(id), record),
  decode: (id, text) => decode(participantRowKey(id), text),
}

export const ROSTERS: Kind<string, Roster> = {
  rows: ({ rosters }) => rosters,
  keyOf: rosterKey,
  encode: (store, roster) => encode(rosterKey(store), roster),
  decode: (store, text) => decode(rosterKey(store), text),
}

/**
 * Fills a database as if many had been away for long, by SQL: a real hub has made one order for a store whose tills are away; its rows are copied with other names, positions and ids. So what lies there has the form that a hub writes, and five million entries take
 * a minute instead of an hour.
 */
import { Client } from 'pg'

/** The one that a hub has made. */
export const TEMPLATE = { store: 'store-0000', order: 'flow-0', tills: 16 } as const

export interface Filling {
  /** Each with as many tills as the template. */
  readonly stores: number
  /** Of these, those that have queues. */
  readonly queuedStores: number
  /** Of each store that has. */
  readonly orders: number
}

const EVENTS = 2

/** Of a store, counted from 1. */
export const storeName = (number: number): string => `store-${String(number).padStart(4, '0')}`

const NAME = "'store-' || lpad(s::text, 4, '0')"
/** Of the order: events of two orders never have one id. */
const HEX = "lpad(to_hex(s * 1000000 + k), 12, '0')"

const withId = (text: string): string =>
  `regexp_replace(${text}, '("id":"[-0-9a-f]{24})[0-9a-f]{12}"', '\\1' || ${HEX} || '"', 'g')`
const renamed = (text: string): string =>
  `replace(replace(${text}, '${TEMPLATE.store}', ${NAME}), '${TEMPLATE.order}"', 'flow-' || k || '"')`

const participants = ({ stores, queuedStores, orders }: Filling): string => `
INSERT INTO caps.participants
SELECT (jsonb_populate_record(p, jsonb_build_object('id', replace(p.id, '${TEMPLATE.store}', ${NAME}),
  'queued', CASE WHEN s <= ${queuedStores} THEN ${orders * EVENTS} ELSE 0 END))).*
FROM caps.participants p, generate_series(1, ${stores}) s WHERE p.id LIKE 'vendor/${TEMPLATE.store}/till-%'`

const rosters = ({ stores }: Filling): string => `
INSERT INTO caps.rosters
SELECT (jsonb_populate_record(r, jsonb_build_object('store', ${NAME}, 'participants', replace(r.participants, '${TEMPLATE.store}', ${NAME})))).*
FROM caps.rosters r, generate_series(1, ${stores}) s WHERE r.store = '${TEMPLATE.store}'`

const ordersOf = ({ queuedStores, orders }: Filling): string => `
INSERT INTO caps.orders
SELECT (jsonb_populate_record(o, jsonb_build_object('key', ${NAME} || '/flow-' || k, 'details', ${renamed('o.details')}, 'events', ${withId('o.events')},
  'history', replace(o.history, '${TEMPLATE.store}', ${NAME})))).*
FROM caps.orders o, generate_series(1, ${queuedStores}) s, generate_series(1, ${orders}) k WHERE o.key = '${TEMPLATE.store}/${TEMPLATE.order}'`

/** In the order in which the events of one store after the other would have come. */
const entriesOf = ({ queuedStores, orders }: Filling, base: number): string => `
INSERT INTO caps.entries (participant, place, position, entry)
SELECT replace(e.participant, '${TEMPLATE.store}', ${NAME}), e.place, at.position,
  ${withId(renamed('regexp_replace(e.entry, \'"position":[0-9]+\', \'"position":\' || at.position)'))}
FROM (SELECT participant, place, entry, row_number() OVER (ORDER BY position) - 1 AS turn FROM caps.entries
    WHERE participant LIKE 'vendor/${TEMPLATE.store}/till-%') e,
  generate_series(1, ${queuedStores}) s, generate_series(1, ${orders}) k,
  LATERAL (SELECT ${base}::bigint + ((s - 1) * ${orders} + k - 1) * ${EVENTS * TEMPLATE.tills} + e.turn AS position) at`

/** @param url of a database on which a hub has made the template, and which no hub uses now @returns entries that are queued */
export const fill = async (url: string, filling: Filling): Promise<number> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ last: string }>('SELECT last FROM caps.positions')
    const entries = filling.queuedStores * filling.orders * EVENTS * TEMPLATE.tills
    const base = Number(rows[0]!.last) + 1
    await client.query(participants(filling))
    await client.query(rosters(filling))
    await client.query(ordersOf(filling))
    await client.query(entriesOf(filling, base))
    await client.query(`UPDATE caps.positions SET last = ${base + entries}`)
    // As the server would do by itself, at some time.
    await client.query('VACUUM ANALYZE')
    return entries
  } finally {
    await client.end()
  }
}

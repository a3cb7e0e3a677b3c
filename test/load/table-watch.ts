/** Looks at the tables of hubs on a PostgreSQL while they work: what is dead in them, how large they are, how often they were vacuumed, and how long a hub's longest transaction has lasted so far. */
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { inMb } from './figures.ts'

const PERIOD_MS = 200

const TABLES = `SELECT relname AS name, n_live_tup::int AS live, n_dead_tup::int AS dead, autovacuum_count::int AS vacuums,
  pg_table_size(relid)::float8 AS table_bytes, pg_indexes_size(relid)::float8 AS index_bytes
FROM pg_stat_user_tables WHERE schemaname = 'caps' AND relname IN ('orders', 'entries') ORDER BY 1`

/** A writer waits for the disk within its transaction, and for locks. */
const LONGEST = `SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)) * 1000, 0)::float8 AS ms
FROM pg_stat_activity WHERE application_name LIKE 'caps hub%' AND datname = current_database()`

export interface TableSize {
  readonly name: string
  readonly live: number
  readonly dead: number
  readonly vacuums: number
  readonly tableMb: number
  readonly indexMb: number
}

export interface TableSizes {
  readonly tables: readonly TableSize[]
  /** Of a hub, since the watch began or was last asked. */
  readonly longestTransactionMs: number
}

export class TableWatch {
  readonly #client: Client
  #longestMs = 0
  #isOver = false
  readonly #looking: Promise<void>

  private constructor(client: Client) {
    this.#client = client
    this.#looking = this.#look()
  }

  static async open(url: string): Promise<TableWatch> {
    const client = new Client({ connectionString: url })
    await client.connect()
    return new TableWatch(client)
  }

  async #look(): Promise<void> {
    while (!this.#isOver) {
      const { rows } = await this.#client.query<{ ms: number }>(LONGEST)
      this.#longestMs = Math.max(this.#longestMs, rows[0]!.ms)
      await pause(PERIOD_MS)
    }
  }

  async sizes(): Promise<TableSizes> {
    const { rows } = await this.#client.query<{
      name: string
      live: number
      dead: number
      vacuums: number
      table_bytes: number
      index_bytes: number
    }>(TABLES)
    const longestTransactionMs = this.#longestMs
    this.#longestMs = 0
    const tables = rows.map(({ table_bytes, index_bytes, ...row }) => ({
      ...row,
      tableMb: inMb(table_bytes),
      indexMb: inMb(index_bytes),
    }))
    return { tables, longestTransactionMs }
  }

  /** Orders that ended more than so long ago. */
  async endedLongerAgo(ms: number): Promise<number> {
    const text = `SELECT count(*)::int AS count FROM caps.orders WHERE ended_ms < extract(epoch FROM now()) * 1000 - ${ms}`
    const { rows } = await this.#client.query<{ count: number }>(text)
    return rows[0]!.count
  }

  async close(): Promise<void> {
    this.#isOver = true
    await this.#looking
    await this.#client.end()
  }
}

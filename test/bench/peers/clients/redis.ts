/**
 * Redis Streams: a stream and a consumer group for each role. What one turn of the event loop publishes or acknowledges goes out as one pipeline (the client does that); a read takes all that is
 * there, up to a limit, and is acknowledged by one command and trimmed by another. A blocked read holds its connection, so each role has two.
 */
import { Redis } from 'ioredis'
import type { Broker, Connection, Role } from '../broker.ts'

const GROUP = 'caps'
const MOST_AT_A_TIME = 1000

/** Of XREADGROUP: an entry's id and its fields, names and values in turn. */
type Entry = readonly [id: string, fields: readonly string[]]
type Reply = readonly (readonly [stream: string, entries: readonly Entry[]])[]

const clientOf = async ({ port, failed }: Connection): Promise<Redis> => {
  const client = new Redis({
    host: '127.0.0.1',
    port,
    lazyConnect: true,
    enableAutoPipelining: true,
    retryStrategy: () => null,
  })
  client.on('error', failed)
  await client.connect()
  return client
}

/** One role: reads its stream, acknowledges, and publishes to the other's. */
class Member {
  readonly #role: Role
  readonly #connection: Connection
  readonly #reader: Redis
  readonly client: Redis
  #unanswered: Promise<unknown> = Promise.resolve()
  #isClosed = false

  private constructor(role: Role, connection: Connection, clients: { reader: Redis; writer: Redis }) {
    this.#role = role
    this.#connection = connection
    this.#reader = clients.reader
    this.client = clients.writer
  }

  static async open(role: Role, connection: Connection): Promise<Member> {
    const [reader, writer] = await Promise.all([clientOf(connection), clientOf(connection)])
    await writer.xgroup('CREATE', role, GROUP, '0', 'MKSTREAM')
    const member = new Member(role, connection, { reader, writer })
    member.#readAll().catch((error: unknown) => {
      if (!member.#isClosed) connection.failed(error)
    })
    return member
  }

  async #readAll(): Promise<void> {
    while (!this.#isClosed) for (const [, entries] of await this.#read()) this.#handle(entries)
  }

  async #read(): Promise<Reply> {
    const limits = ['COUNT', MOST_AT_A_TIME, 'BLOCK', 0] as const
    const reply = await this.#reader.xreadgroup(
      'GROUP',
      GROUP,
      this.#role,
      ...limits,
      'STREAMS',
      this.#role,
      '>',
    )
    return reply as Reply
  }

  #handle(entries: readonly Entry[]): void {
    for (const [, fields] of entries) this.#connection.receive(this.#role, fields[1]!)
    const ids = entries.map(([id]) => id)
    // Only this consumer reads the stream, in its order: below the newest entry that it has acknowledged nothing is owed.
    const answers = Promise.all([
      this.client.xack(this.#role, GROUP, ...ids),
      this.client.xtrim(this.#role, 'MINID', '~', ids.at(-1)!),
    ])
    this.#unanswered = answers
    answers.then(([acknowledged]) => {
      if (acknowledged !== ids.length)
        this.#connection.failed(new Error(`Redis acknowledged ${acknowledged} of ${ids.length} entries.`))
    }, this.#connection.failed)
  }

  /** Answers come in the order of the commands: the last one is enough. */
  async acknowledged(): Promise<void> {
    await this.#unanswered
  }

  /** What was delivered and not acknowledged; all else is delivered to us as long as we are here. */
  async leftovers(): Promise<number> {
    const [pending] = await this.client.xpending(this.#role, GROUP)
    return Number(pending)
  }

  close(): void {
    this.#isClosed = true
    this.#reader.disconnect()
    this.client.disconnect()
  }
}

const versionOf = async (client: Redis): Promise<string> =>
  /redis_version:(\S+)/.exec(await client.info('server'))?.[1] ?? 'unknown'

export const connect = async (connection: Connection): Promise<Broker> => {
  const driver = await Member.open('driver', connection)
  const vendor = await Member.open('vendor', connection)
  return {
    version: await versionOf(vendor.client),
    publish(to, text, confirmed) {
      const from = to === 'driver' ? vendor : driver
      from.client.xadd(to, '*', 'event', text).then(confirmed, connection.failed)
    },
    acknowledged: async () => void (await Promise.all([driver.acknowledged(), vendor.acknowledged()])),
    leftovers: async () => (await driver.leftovers()) + (await vendor.leftovers()),
    async close() {
      driver.close()
      vendor.close()
    },
  }
}

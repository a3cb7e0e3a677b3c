/**
 * NATS JetStream: a stream on file for each role, which forgets what is acknowledged (work queue), and a pull consumer that always has asked for more than can come.
 *
 * Published with a reply subject below an inbox of our own, as the asynchronous publishing of other NATS clients does: this client's `publish` of JetStream takes a promise and a timer an
 * event, and more than twice the processor time.
 */
import {
  AckPolicy,
  type Consumer,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream'
import { connect as connectNats, createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node'
import type { Broker, Connection, Role } from '../broker.ts'

/** Deliveries that are asked for ahead, and that may be unacknowledged. */
const MOST_AT_A_TIME = 10_000
const SETTLE_LIMIT_MS = 5000

interface PublishAnswer {
  readonly seq?: number
  readonly error?: { readonly description: string }
}

const subjectOf = (role: Role): string => `caps.${role}`

/** Publishes over one connection, and hears the confirmations. */
class Publisher {
  readonly #line: NatsConnection
  readonly #failed: Connection['failed']
  readonly #inbox = createInbox()
  readonly #unconfirmed = new Map<string, () => void>()
  #count = 0

  constructor(line: NatsConnection, failed: Connection['failed']) {
    this.#line = line
    this.#failed = failed
    line.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => (error === null ? this.#hear(message) : failed(error)),
    })
  }

  publish(to: Role, text: string, confirmed: () => void): void {
    this.#count += 1
    const reply = `${this.#inbox}.${this.#count}`
    this.#unconfirmed.set(reply, confirmed)
    this.#line.publish(subjectOf(to), text, { reply })
  }

  #hear(message: Msg): void {
    const confirmed = this.#unconfirmed.get(message.subject)
    this.#unconfirmed.delete(message.subject)
    // Without a stream the server answers with a status and no text.
    const { seq, error } = message.data.length === 0 ? {} : message.json<PublishAnswer>()
    if (confirmed === undefined || seq === undefined)
      return this.#failed(new Error(`NATS has not confirmed an event: ${error?.description ?? 'no stream'}`))
    confirmed()
  }
}

const openStream = async (role: Role, line: NatsConnection): Promise<void> => {
  const manager = await jetstreamManager(line)
  await manager.streams.add({
    name: role,
    subjects: [subjectOf(role)],
    storage: StorageType.File,
    retention: RetentionPolicy.Workqueue,
  })
  await manager.consumers.add(role, {
    durable_name: role,
    ack_policy: AckPolicy.Explicit,
    max_ack_pending: MOST_AT_A_TIME,
  })
}

/** The server works acknowledgements off behind its answer to the ping: asks until nothing is left, or until that is certain. */
const leftoversOf = async (consumer: Consumer): Promise<number> => {
  const untilMs = performance.now() + SETTLE_LIMIT_MS
  for (;;) {
    const { num_ack_pending, num_pending } = await consumer.info()
    const count = num_ack_pending + num_pending
    if (count === 0 || performance.now() > untilMs) return count
  }
}

const openRole = async (role: Role, { port, receive, failed }: Connection) => {
  const line = await connectNats({ servers: `127.0.0.1:${port}`, reconnect: false })
  line.closed().then((error) => error instanceof Error && failed(error))
  await openStream(role, line)
  const consumer = await jetstream(line).consumers.get(role, role)
  await consumer.consume({
    max_messages: MOST_AT_A_TIME,
    callback(message) {
      receive(role, message.string())
      message.ack()
    },
  })
  return { line, publisher: new Publisher(line, failed), leftovers: () => leftoversOf(consumer) }
}

export const connect = async (connection: Connection): Promise<Broker> => {
  const driver = await openRole('driver', connection)
  const vendor = await openRole('vendor', connection)
  const lines = [driver.line, vendor.line]
  return {
    version: vendor.line.info?.version ?? 'unknown',
    publish(to, text, confirmed) {
      const from = to === 'driver' ? vendor : driver
      from.publisher.publish(to, text, confirmed)
    },
    // The server does not answer them, but answers a ping behind them.
    acknowledged: async () => void (await Promise.all(lines.map((line) => line.flush()))),
    leftovers: async () => (await driver.leftovers()) + (await vendor.leftovers()),
    close: async () => void (await Promise.all(lines.map((line) => line.close()))),
  }
}

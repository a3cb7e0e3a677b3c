/**
 * RabbitMQ: a quorum queue for each role. Each role has a connection to publish (confirm channel) and one to consume, as RabbitMQ's documentation advises; what one turn of the event loop has
 * handled is acknowledged by one frame that covers all of it.
 */
import { type Channel, type ChannelModel, type ConsumeMessage, connect as connectAmqp } from 'amqplib'
import type { Broker, Connection, Role } from '../broker.ts'

/** Deliveries that may be unacknowledged. */
const PREFETCH = 2000

interface Lines {
  readonly publishing: ChannelModel
  readonly consuming: ChannelModel
}

const lineOf = async ({ port, failed }: Connection): Promise<ChannelModel> => {
  const line = await connectAmqp(`amqp://127.0.0.1:${port}`, { noDelay: true })
  line.on('error', failed)
  return line
}

const consume = async (role: Role, channel: Channel, { receive, failed }: Connection): Promise<string> => {
  let last: ConsumeMessage | null = null
  const acknowledge = (): void => {
    channel.ack(last!, true)
    last = null
  }
  await channel.prefetch(PREFETCH)
  const { consumerTag } = await channel.consume(role, (message) => {
    if (message === null) return failed(new Error('RabbitMQ has cancelled a consumer.'))
    receive(role, message.content.toString())
    if (last === null) setImmediate(acknowledge)
    last = message
  })
  return consumerTag
}

const openRole = async (role: Role, connection: Connection) => {
  const lines: Lines = { publishing: await lineOf(connection), consuming: await lineOf(connection) }
  const consuming = await lines.consuming.createConfirmChannel()
  const publishing = await lines.publishing.createConfirmChannel()
  for (const channel of [consuming, publishing]) channel.on('error', connection.failed)
  await consuming.assertQueue(role, { durable: true, arguments: { 'x-queue-type': 'quorum' } })
  const consumerTag = await consume(role, consuming, connection)
  return { lines, consuming, consumerTag, publishing }
}

type OpenRole = Awaited<ReturnType<typeof openRole>>

/**
 * What was not acknowledged goes back to the queue, which has no consumer any more. The queue works that off behind its answer; when it has confirmed a message that was sent afterwards it has
 * done so, and holds that message and the leftovers.
 */
const leftoversOf = async (role: Role, { consuming, consumerTag }: OpenRole): Promise<number> => {
  await consuming.cancel(consumerTag)
  await consuming.recover()
  consuming.sendToQueue(role, Buffer.from('the last one'))
  await consuming.waitForConfirms()
  const { messageCount } = await consuming.checkQueue(role)
  return messageCount - 1
}

export const connect = async (connection: Connection): Promise<Broker> => {
  const roles = { driver: await openRole('driver', connection), vendor: await openRole('vendor', connection) }
  const lines = Object.values(roles).flatMap((role) => [role.lines.consuming, role.lines.publishing])
  const publish: Broker['publish'] = (to, text, confirmed) => {
    const { publishing } = to === 'driver' ? roles.vendor : roles.driver
    publishing.sendToQueue(to, Buffer.from(text), { persistent: true }, (error: unknown) =>
      error === null ? confirmed() : connection.failed(error),
    )
  }
  return {
    version: lines[0]!.connection.serverProperties.version,
    publish,
    // AMQP does not answer acknowledgements; a question on the same channel is answered behind them.
    acknowledged: async () => {
      await new Promise(setImmediate)
      await Promise.all([
        roles.driver.consuming.checkQueue('driver'),
        roles.vendor.consuming.checkQueue('vendor'),
      ])
    },
    leftovers: async () =>
      (await leftoversOf('driver', roles.driver)) + (await leftoversOf('vendor', roles.vendor)),
    close: async () => void (await Promise.allSettled(lines.map((line) => line.close()))),
  }
}

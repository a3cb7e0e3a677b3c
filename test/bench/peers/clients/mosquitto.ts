/** Mosquitto: MQTT 5, QoS 1, a persistent session for each role, one connection a role. The client sends each PUBACK by itself after the handler has returned. */
import { connect as connectMqtt, type IClientOptions, type MqttClient, type OnMessageCallback } from 'mqtt'
import type { Broker, Connection, Role } from '../broker.ts'

/** Packet ids end there. */
const MOST_IN_FLIGHT = 65_535
const SESSION_SECONDS = 3600
const VERSION_TOPIC = '$SYS/broker/version'

const optionsOf = (role: Role): IClientOptions => ({
  protocolVersion: 5,
  clientId: role,
  clean: false,
  reconnectPeriod: 0,
  properties: { sessionExpiryInterval: SESSION_SECONDS, receiveMaximum: MOST_IN_FLIGHT },
})

const topicOf = (role: Role): string => `caps/${role}`

/** Hears from the first packet on: what a session is owed may follow its welcome at once. */
const openSession = async (role: Role, port: number, hear: (text: string) => void): Promise<MqttClient> => {
  const client = connectMqtt(`mqtt://127.0.0.1:${port}`, optionsOf(role))
  client.on('message', (topic, payload) => {
    if (topic === topicOf(role)) hear(payload.toString())
  })
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve()).once('error', reject)
  })
  return client
}

const openRole = async (role: Role, { port, receive, failed }: Connection): Promise<MqttClient> => {
  const client = await openSession(role, port, (text) => receive(role, text))
  client.on('error', failed)
  client.on('close', () => {
    if (!client.disconnecting) failed(new Error('Mosquitto has closed a connection.'))
  })
  await client.subscribeAsync(topicOf(role), { qos: 1 })
  return client
}

/** What comes as the first message of a retained topic. */
const retained = async (client: MqttClient, topic: string): Promise<string> => {
  let hear: OnMessageCallback = () => {}
  const message = new Promise<string>((resolve) => {
    hear = (of, payload) => of === topic && resolve(payload.toString())
  })
  client.on('message', hear)
  await client.subscribeAsync(topic)
  return message.finally(() => client.off('message', hear))
}

/** The broker delivers again, before it answers anything else, what a returning session has not acknowledged. */
const redelivered = async (role: Role, { port }: Connection): Promise<number> => {
  let count = 0
  const client = await openSession(role, port, () => {
    count += 1
  })
  await retained(client, VERSION_TOPIC)
  await client.endAsync()
  return count
}

export const connect = async (connection: Connection): Promise<Broker> => {
  const clients = {
    driver: await openRole('driver', connection),
    vendor: await openRole('vendor', connection),
  }
  const version = await retained(clients.vendor, VERSION_TOPIC)
  await clients.vendor.unsubscribeAsync(VERSION_TOPIC)
  const both = [clients.driver, clients.vendor]
  return {
    version: version.replace('mosquitto version ', ''),
    publish(to, text, confirmed) {
      const from = to === 'driver' ? clients.vendor : clients.driver
      from.publish(topicOf(to), text, { qos: 1 }, (error) => (error ? connection.failed(error) : confirmed()))
    },
    acknowledged: async () => {},
    async leftovers() {
      await Promise.all(both.map((client) => client.endAsync()))
      return (await redelivered('driver', connection)) + (await redelivered('vendor', connection))
    },
    close: async () => void (await Promise.all(both.map((client) => client.endAsync(true)))),
  }
}

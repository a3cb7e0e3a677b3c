/** Hubs of the test's process on one PostgreSQL, as far as they know each other. */
import { expect } from 'chai'
import type { PostgresHubs } from '../../hub/ledger/postgres/postgres-hubs.ts'
import { newDatabase, openAt } from '../hub/ledger/postgres/databases.ts'
import type { TestClient } from '../support/client.ts'
import { startTestHub, type TestHub, type TestHubSettings } from '../support/hub.ts'

export interface OneOfSeveral extends TestHub {
  readonly hubs: PostgresHubs
}

interface TwoHubs {
  readonly url: string
  readonly one: OneOfSeveral
  readonly other: OneOfSeveral
}

const startOneOn = async (url: string, options: TestHubSettings['options'] = {}): Promise<OneOfSeveral> => {
  const { ledger, hubs } = await openAt(url)
  return { ...(await startTestHub({ ledger, hubs, options })), hubs }
}

/** On an empty database, each of which has heard of the other. */
export const startTwoHubs = async (options: TestHubSettings['options'] = {}): Promise<TwoHubs> => {
  const url = await newDatabase()
  const one = await startOneOn(url, options)
  const other = await startOneOn(url, options)
  for (const { hubs } of [one, other, one]) await hubs.beat()
  return { url, one, other }
}

/** A driver's way with a pickup, at whichever hub it is. @returns the order's id */
export const carry = async (driver: TestClient, store = 'acme'): Promise<string> => {
  const { event, reply } = await driver.handed.next()
  reply()
  const named = { store, orderId: event.payload.orderId }
  for (const name of ['in-transit', 'delivered'])
    expect(await driver.ask(name, named), name).to.include({ ok: true })
  return event.payload.orderId
}

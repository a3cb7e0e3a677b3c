/** What participants are told with an event. Its JSON is made once, for the disk and for all who get it. */
import { type OrderKey, orderKey } from '../../shared/ids.ts'
import { JSON_TEXT, textJson, type WithJsonText } from '../../shared/json-text.ts'
import type { Order } from '../../shared/messages.ts'
import type { EventPayload } from '../../shared/protocol.ts'

type Details = Record<string, unknown>

export class Payload implements EventPayload, WithJsonText {
  readonly store: string
  readonly orderId: string
  readonly customer: string
  readonly address: string
  declare readonly driver?: string
  declare readonly details?: Details
  readonly #order: OrderKey
  #json: string | null = null

  /** @param details of the event, not of the order */
  constructor(of: { key: OrderKey; order: Order; driver: string | null }, details: Details | undefined) {
    const { key, order, driver } = of
    this.store = order.store
    this.orderId = order.orderId
    this.customer = order.customer
    this.address = order.address
    if (driver !== null) this.driver = driver
    if (details !== undefined) this.details = details
    this.#order = key
  }

  /** Of any payload: one that was read from disk is a plain object. */
  static orderKeyOf(payload: EventPayload): OrderKey {
    return #order in payload ? payload.#order : orderKey(payload.store, payload.orderId)
  }

  get [JSON_TEXT](): string {
    this.#json ??= this.#text()
    return this.#json
  }

  #text(): string {
    const { store, orderId, customer, address, driver, details } = this
    const fields = `"store":"${store}","orderId":"${orderId}","customer":${textJson(customer)},"address":${textJson(address)}`
    const of = driver === undefined ? '' : `,"driver":"${driver}"`
    return details === undefined
      ? `{${fields}${of}}`
      : `{${fields}${of},"details":${JSON.stringify(details)}}`
  }
}

/**
 * What participants are told with an event. Its JSON is made for the first who asks, and once more for all others: most payloads are written for one participant and never again, and a text that is kept until the event is
 * acknowledged costs more than it spares.
 */
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
  /** Its JSON, once it has been asked for twice. */
  #json: string | null = null
  #wasAsked = false

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
    if (this.#json !== null) return this.#json
    const json = this.#text()
    if (this.#wasAsked) this.#json = json
    this.#wasAsked = true
    return json
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

/**
 * What may enter the outbox: an event of the protocol's own form, written as JSON once. The text is what is measured, what lies on disk and what is sent, now and
 * again, whatever its owner does to the payload afterwards.
 */
import { Fault } from '../fault.ts'
import { type OrderKey, orderKey } from '../ids.ts'
import {
  type Decoded,
  decoderOf,
  type Order,
  OrderSchema,
  type Progress,
  ProgressSchema,
} from '../messages.ts'
import type { EventName } from '../protocol.ts'

type Payload = Order | Progress

const DECODERS = {
  pickup: decoderOf(OrderSchema),
  'in-transit': decoderOf(ProgressSchema),
  delivered: decoderOf(ProgressSchema),
} as const satisfies Record<EventName, (value: unknown) => Decoded<Payload>>

export interface Publication {
  readonly event: EventName
  readonly payload: Payload
}

/** An event on its way to the hub. */
export interface Written {
  readonly order: OrderKey
  /** Bytes of its payload, as JSON: what the hub limits. */
  readonly bytes: number
  /** `{ event, payload }` as JSON. */
  readonly text: string
}

const written = ({ event, payload }: Publication): Written => {
  const json = JSON.stringify(payload)
  return {
    order: orderKey(payload.store, payload.orderId),
    bytes: Buffer.byteLength(json),
    text: `{"event":"${event}","payload":${json}}`,
  }
}

export const publicationIn = (text: string): Publication => JSON.parse(text) as Publication

/** What an earlier process has left. */
export const writtenBefore = (text: string): Written => written(publicationIn(text))

const malformed = (event: string, message: string): Fault =>
  new Fault('malformed', `The event ${event} is not of the expected form: ${message}`)

/** The event as JSON; a Fault `malformed` if it is not of the protocol's form. */
export const writtenEvent = (event: string, payload: unknown): Written | Fault => {
  if (!Object.hasOwn(DECODERS, event)) return malformed(event, 'there is no event of that name')
  const decoded = DECODERS[event as EventName](payload)
  return decoded.ok
    ? written({ event: event as EventName, payload: decoded.value })
    : malformed(event, decoded.message)
}

export const tooLarge = (bytes: number, mostBytes: number): Fault =>
  new Fault('too-large', `The event has ${bytes} bytes; the hub takes at most ${mostBytes}.`)

/**
 * What may enter the outbox: an event of the protocol's own form, copied, so that what is sent later, and again, is what was handed over.
 */
import { Fault } from '../fault.ts'
import {
  type Decoded,
  decoderOf,
  type Order,
  OrderSchema,
  type Progress,
  ProgressSchema,
} from '../messages.ts'
import type { EventName } from '../protocol.ts'

export type Payload = Order | Progress

const DECODERS = {
  pickup: decoderOf(OrderSchema),
  'in-transit': decoderOf(ProgressSchema),
  delivered: decoderOf(ProgressSchema),
} as const satisfies Record<EventName, (value: unknown) => Decoded<Payload>>

/** Bytes of a payload on the wire, without the event's name around it. */
export const bytesOf = (payload: Payload): number => Buffer.byteLength(JSON.stringify(payload))

/** `details` is the only part of a payload that is not flat. */
const copyOf = (payload: Payload): Payload =>
  payload.details === undefined ? { ...payload } : (JSON.parse(JSON.stringify(payload)) as Payload)

const malformed = (event: string, message: string): Fault =>
  new Fault('malformed', `The event ${event} is not of the expected form: ${message}`)

/** A copy of the payload; a Fault `malformed` if it is not of the event's form. */
export const publishablePayload = (event: string, payload: unknown): Payload | Fault => {
  if (!Object.hasOwn(DECODERS, event)) return malformed(event, 'there is no event of that name')
  const decoded = DECODERS[event as EventName](payload)
  return decoded.ok ? copyOf(decoded.value) : malformed(event, decoded.message)
}

export const tooLarge = (bytes: number, mostBytes: number): Fault =>
  new Fault('too-large', `The event has ${bytes} bytes; the hub takes at most ${mostBytes}.`)

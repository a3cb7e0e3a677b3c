/** Who hears what: nothing that nobody sent, one id and one content an event, and nothing of another store. */
import { isSameContent } from '../../../shared/equality.ts'
import { orderKey } from '../../../shared/ids.ts'
import type { Order, Progress } from '../../../shared/messages.ts'
import type { EventName, HandedEvent } from '../../../shared/protocol.ts'
import type { Observation } from '../observations.ts'
import type { Check, Report } from './check.ts'

interface Sent {
  readonly payload: Order | Progress
  readonly senders: Set<string>
  id: string | null
}

export class Identity implements Check {
  readonly #report: Report
  readonly #sent = new Map<string, Sent>()
  readonly #nameOfId = new Map<string, string>()

  constructor(report: Report) {
    this.#report = report
  }

  observe(seen: Observation): void {
    if (seen.kind === 'sent') this.#noteSent(seen)
    if (seen.kind === 'confirmed') this.#checkId(nameOf(seen.event, seen.payload), seen.id)
    if (seen.kind === 'handed') this.#checkHanded(seen.participant, seen.event)
  }

  #noteSent({ event, payload, participant }: Extract<Observation, { kind: 'sent' }>): void {
    const name = nameOf(event, payload)
    const sent = this.#sent.get(name) ?? { payload, senders: new Set(), id: null }
    sent.senders.add(participant)
    this.#sent.set(name, sent)
  }

  #checkId(name: string, id: string): Sent | undefined {
    const sent = this.#sent.get(name)
    if (sent === undefined) {
      this.#report('nothing is invented', `${name} (${id}) was never sent`)
      return undefined
    }
    sent.id ??= id
    if (sent.id !== id) this.#report('one identity is one event', `${name} is ${sent.id} and ${id}`)
    const other = this.#nameOfId.get(id) ?? name
    this.#nameOfId.set(id, other)
    if (other !== name) this.#report('one identity is one event', `${id} is ${other} and ${name}`)
    return sent
  }

  #checkHanded(participant: string, { id, event, payload }: HandedEvent): void {
    const name = nameOf(event, payload)
    const sent = this.#checkId(name, id)
    const isOwn =
      event === 'pickup' ? isDriver(participant) : participant.startsWith(`vendor/${payload.store}/`)
    if (!isOwn) this.#report('to its own store', `${name} was handed to ${participant}`)
    const order = this.#sent.get(nameOf('pickup', payload))?.payload as Order | undefined
    if (sent === undefined || order === undefined || isTruthful({ event, payload }, order, sent)) return
    this.#report('nothing is invented', `${name} was handed over as ${JSON.stringify(payload)}`)
  }
}

const nameOf = (event: EventName, { store, orderId }: { store: string; orderId: string }): string =>
  `${event} ${orderKey(store, orderId)}`

const isDriver = (participant: string): boolean => participant.startsWith('driver/')

/** A payload is the order's fields, the driver once there is one, and the event's own details. */
const isTruthful = (
  { event, payload }: Pick<HandedEvent, 'event' | 'payload'>,
  order: Order,
  { payload: { details }, senders }: Sent,
): boolean => {
  const { details: _, ...fields } = order
  const { driver } = payload
  const expected = {
    ...fields,
    ...(details === undefined ? {} : { details }),
    ...(driver === undefined ? {} : { driver }),
  }
  const isDriverRight = event === 'pickup' ? driver === undefined : senders.has(`driver/${driver}`)
  return isDriverRight && isSameContent(payload, expected)
}

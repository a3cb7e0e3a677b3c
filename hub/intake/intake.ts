/**
 * The way in: decode -> decide -> commit -> receipt. A frame of events is one piece of work: its events are decided in order, each alone, on the newest orders, and
 * its receipts leave together when all that was decided is durable. So a repeat's answer waits for the durability of the first (P6), and a
 * confirmation never runs ahead of the disk (P1). Whom the events then reach is not known here.
 */
import { FLEET, type OrderKey } from '../../shared/ids.ts'
import type { EventName, Receipt, Refused } from '../../shared/protocol.ts'
import { refusal } from '../../shared/refusal.ts'
import type { Entry } from '../domain/entry.ts'
import { accept, decide, type Proposal, proposedPayload, type Sender } from '../domain/order.ts'
import type { OrderRecord } from '../domain/order-record.ts'
import { recipientsOf } from '../domain/routing.ts'
import { isoTime } from '../domain/time.ts'
import { type Allowance, type AllowanceOptions, Allowances } from './allowances.ts'
import { type DecodedProposal, decodeElement, decodeEvent } from './decode.ts'
import type { EventLimits } from './event-limits.ts'
import { type PickupLimits, pickupRefusal } from './limits.ts'
import type { Ids, IntakeLedger, IntakeReports, IntakeTransaction, Pressure } from './ports.ts'

export interface IntakeOptions extends PickupLimits, AllowanceOptions, EventLimits {
  /** Events in one `publish` frame. */
  readonly batchLength: number
  /** Events that may wait for the disk, from all connections; more are refused as `busy`. */
  readonly undecidedEvents: number
}

export interface IntakeParts {
  readonly ledger: IntakeLedger
  readonly ids: Ids
  readonly reports: IntakeReports
  readonly pressure: Pressure
  readonly now: () => number
  readonly options: IntakeOptions
}

/** A single event, as it came. */
export interface Single {
  readonly event: string
  readonly payload: unknown
  /** Called once, when its fate is durable. */
  reply(receipt: Receipt): void
}

/** One connection's way in. */
export interface Publisher {
  /** A single event; `reply` is called once, when its fate is durable. */
  publishOne(event: string, payload: unknown, reply: (receipt: Receipt) => void): void
  /** Single events that have come together. */
  publishEach(events: readonly Single[]): void
  /** A frame of events; `reply` gets a receipt each, or one refusal for the whole frame. */
  publish(frame: unknown, reply: (receipts: readonly Receipt[] | Refused) => void): void
  /** Bytes have come from the sender. @returns milliseconds for which no more should be read from it */
  heard(bytes: number): number
}

type Accepted = Omit<Entry, 'position'>

/** Who sends. */
interface Source {
  readonly sender: Sender
  readonly allowance: Allowance
}

/** Events that are decided together. */
interface Frame extends Source {
  readonly decoded: readonly DecodedProposal[]
  /** As the last decision has it. */
  accepted: Accepted[]
  receipts: Receipt[]
}

export class Intake {
  readonly #parts: IntakeParts
  readonly #allowances: Allowances
  #undecided = 0
  #isDraining = false

  constructor(parts: IntakeParts) {
    this.#parts = parts
    this.#allowances = new Allowances(parts.options)
  }

  /** From now on everything new is refused as `draining`; what is under way is finished. */
  drain(): void {
    this.#isDraining = true
  }

  open(sender: Sender): Publisher {
    const { options, now } = this.#parts
    const allowance = this.#allowances.of(sender.participant, now())
    const source: Source = { sender, allowance }
    return {
      publishOne: (event, payload, reply) =>
        this.#submit([decodeEvent(sender, { event, payload }, options)], source, (receipts) =>
          reply(receipts[0]!),
        ),
      publishEach: (events) => this.#submitEach(events, source),
      publish: (frame, reply) => {
        const refused = this.#frameRefusal(frame)
        if (refused !== null) return reply(this.#told(refused, source))
        const decoded = (frame as unknown[]).map((element) => decodeElement(sender, element, options))
        this.#submit(decoded, source, reply)
      },
      heard: (bytes) => allowance.heard(bytes, now()),
    }
  }

  #frameRefusal(frame: unknown): Refused | null {
    const { batchLength } = this.#parts.options
    if (!Array.isArray(frame)) return refusal('malformed', 'publish takes an array of { event, payload }.')
    return frame.length > batchLength
      ? refusal(
          'batch-too-long',
          `A frame takes at most ${batchLength} events; this one has ${frame.length}.`,
        )
      : null
  }

  #told(refused: Refused, { sender }: Source): Refused {
    this.#parts.reports.refused(refused.code as Parameters<IntakeReports['refused']>[0], sender.participant)
    return refused
  }

  #overloadRefusal(events: number): Refused | null {
    if (this.#isDraining) return refusal('draining', 'The hub is about to stop.', { retryAfterMs: 1000 })
    if (this.#parts.ledger.isAway)
      return refusal('busy', 'The hub cannot reach its database for now.', { retryAfterMs: 1000 })
    // A frame that is longer than what may wait passes alone; else it would be refused for ever.
    return this.#undecided > 0 && this.#undecided + events > this.#parts.options.undecidedEvents
      ? refusal('busy', 'Too many events wait for the disk.', { retryAfterMs: 200 })
      : null
  }

  /** As one piece of work; each alone where not all of them may wait. */
  #submitEach(events: readonly Single[], source: Source): void {
    const { options } = this.#parts
    const decodedOf = (single: Single) => decodeEvent(source.sender, single, options)
    if (this.#undecided + events.length > options.undecidedEvents)
      for (const single of events)
        this.#submit([decodedOf(single)], source, ([receipt]) => single.reply(receipt!))
    else
      this.#submit(events.map(decodedOf), source, (receipts) => {
        for (const [index, { reply }] of events.entries()) reply(receipts[index]!)
      })
  }

  #submit(
    decoded: readonly DecodedProposal[],
    source: Source,
    reply: (receipts: readonly Receipt[]) => void,
  ): void {
    const overload = this.#overloadRefusal(decoded.length)
    if (overload !== null && decoded.length > 0) return reply(decoded.map(() => this.#told(overload, source)))
    this.#undecided += decoded.length
    const { sender, allowance } = source
    const frame: Frame = { sender, allowance, decoded, accepted: [], receipts: [] }
    const { orders, stores } = namesOf(decoded)
    this.#parts.ledger.submit({
      orders,
      stores,
      participants: FLEET_ONLY,
      decide: (transaction) => this.#decideAll(transaction, frame),
      settled: () => {
        this.#undecided -= decoded.length
        this.#report(frame)
        reply(frame.receipts)
      },
    })
  }

  #report(frame: Frame): void {
    const { reports } = this.#parts
    const { decoded, accepted, receipts } = frame
    for (const entry of accepted) reports.accepted(entry)
    if (accepted.length === receipts.length) return
    for (let index = 0; index < receipts.length; index += 1) {
      const receipt = receipts[index]!
      const one = decoded[index]!
      if (!receipt.ok) this.#told(receipt, frame)
      else if (receipt.duplicate && one.ok) reports.repeated(one.proposal.event)
    }
  }

  #decideAll(transaction: IntakeTransaction, frame: Frame): void {
    frame.accepted = []
    frame.receipts = frame.decoded.map((one) =>
      one.ok ? this.#decide(transaction, one.proposal, frame) : one,
    )
  }

  #decide(transaction: IntakeTransaction, proposal: Proposal, frame: Frame): Receipt {
    const record = transaction.order(proposal.key)
    const decision = decide(record, proposal)
    const isNew = record === undefined && decision.kind === 'accept'
    if (!isNew) frame.allowance.spend(transaction.nowMs)
    if (decision.kind === 'refuse') return refusal(decision.code, decision.message)
    if (decision.kind === 'duplicate') return { ok: true, id: decision.id, duplicate: true }
    const refused = isNew ? this.#newOrderRefusal(transaction, proposal, frame.allowance) : null
    if (refused !== null) return refused
    const entry = this.#commit(transaction, record, proposal)
    frame.accepted.push(entry)
    return { ok: true, id: entry.id }
  }

  #newOrderRefusal(
    transaction: IntakeTransaction,
    { payload }: Proposal,
    allowance: Allowance,
  ): Refused | null {
    const { options, pressure } = this.#parts
    const queues = [transaction.participant(FLEET)]
    for (const id of transaction.rosterOf(payload.store)) queues.push(transaction.participant(id))
    const full = pickupRefusal(queues, { queueLength: options.queueLength, isDiskLow: pressure.isDiskLow() })
    if (full !== null) return refusal(full.code, full.message, { retryAfterMs: full.retryAfterMs })
    const retryAfterMs = allowance.takePickup(transaction.nowMs)
    return retryAfterMs === 0
      ? null
      : refusal('rate-limited', 'This participant sends more than its rate.', { retryAfterMs })
  }

  /** One atomic step: the order as it is now, an entry for everyone who hears of it, and the pickup gone from wherever it still lay. */
  #commit(transaction: IntakeTransaction, before: OrderRecord | undefined, proposal: Proposal): Accepted {
    const timeMs = transaction.nowMs
    const { event } = proposal
    const id = this.#parts.ids.next(timeMs)
    const entry: Accepted = { id, event, time: isoTime(timeMs), payload: proposedPayload(before, proposal) }
    const recipients = recipientsOf(event, transaction.rosterOf(proposal.payload.store))
    let position = 0
    for (const participant of recipients) position = transaction.append(participant, entry)
    const owed = recipients.length - takePickup(transaction, before, event)
    // The fleet alone hears of a pickup.
    const stamp = event === 'pickup' ? { id, timeMs, owed, position } : { id, timeMs, owed }
    transaction.putOrder(accept(before, proposal, stamp))
    return entry
  }
}

const FLEET_ONLY = [FLEET]

/** What the events of a frame read. */
const namesOf = (decoded: readonly DecodedProposal[]): { orders: OrderKey[]; stores: string[] } => {
  const orders: OrderKey[] = []
  const stores = new Set<string>()
  for (const one of decoded) {
    if (!one.ok) continue
    orders.push(one.proposal.key)
    stores.add(one.proposal.payload.store)
  }
  return { orders, stores: [...stores] }
}

/** A driver took the order itself while its pickup was still owed: gives how many entries less there are now. */
const takePickup = (
  transaction: IntakeTransaction,
  before: OrderRecord | undefined,
  event: EventName,
): number => {
  if (before === undefined || event === 'pickup' || before.dispatch.place === 'none') return 0
  const { place, position } = before.dispatch
  if (place !== 'leased') transaction.take(place, FLEET, position)
  return 1
}

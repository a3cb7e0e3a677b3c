/**
 * The way in: decode -> decide -> commit -> receipt. A frame of events is one piece of work: its events are decided in order, each alone, on the newest orders, and
 * its receipts leave together when all that was decided is durable. So a repeat's answer waits for the durability of the first (P6), and a
 * confirmation never runs ahead of the disk (P1). Whom the events then reach is not known here.
 */
import { FLEET } from '../../shared/ids.ts'
import type { Receipt, Refused } from '../../shared/protocol.ts'
import { refusal } from '../../shared/refusal.ts'
import type { Entry } from '../domain/entry.ts'
import { accept, decide, type Proposal, payloadOf, type Sender } from '../domain/order.ts'
import { changed, dispatched, type OrderRecord } from '../domain/order-record.ts'
import { recipientsOf } from '../domain/routing.ts'
import { isoTime } from '../domain/time.ts'
import { type DecodedProposal, decodeElement, decodeEvent } from './decode.ts'
import { type PickupLimits, pickupRefusal, TokenBucket } from './limits.ts'
import type { Ids, IntakeLedger, IntakeReports, IntakeTransaction, Pressure } from './ports.ts'

export interface IntakeOptions extends PickupLimits {
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

/** One connection's way in. */
export interface Publisher {
  /** A single event; `reply` is called once, when its fate is durable. */
  publishOne(event: string, payload: unknown, reply: (receipt: Receipt) => void): void
  /** A frame of events; `reply` gets a receipt each, or one refusal for the whole frame. */
  publish(frame: unknown, reply: (receipts: readonly Receipt[] | Refused) => void): void
}

type Accepted = Omit<Entry, 'position'>

export class Intake {
  readonly #parts: IntakeParts
  #undecided = 0
  #isDraining = false

  constructor(parts: IntakeParts) {
    this.#parts = parts
  }

  /** From now on everything new is refused as `draining`; what is under way is finished. */
  drain(): void {
    this.#isDraining = true
  }

  open(sender: Sender): Publisher {
    const { options, now } = this.#parts
    const bucket = new TokenBucket(options.pickupsPerSecond, now())
    const submit = (decoded: readonly DecodedProposal[], reply: (receipts: readonly Receipt[]) => void) =>
      this.#submit(decoded, bucket, reply)
    return {
      publishOne: (event, payload, reply) =>
        submit([decodeEvent(sender, event, payload)], (receipts) => reply(receipts[0]!)),
      publish: (frame, reply) => {
        const refused = this.#frameRefusal(frame)
        if (refused !== null) return reply(this.#told(refused))
        submit(
          (frame as unknown[]).map((element) => decodeElement(sender, element)),
          reply,
        )
      },
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

  #told(refused: Refused): Refused {
    this.#parts.reports.refused(refused.code as Parameters<IntakeReports['refused']>[0])
    return refused
  }

  #overloadRefusal(events: number): Refused | null {
    if (this.#isDraining) return refusal('draining', 'The hub is about to stop.', { retryAfterMs: 1000 })
    // A frame that is longer than what may wait passes alone; else it would be refused for ever.
    return this.#undecided > 0 && this.#undecided + events > this.#parts.options.undecidedEvents
      ? refusal('busy', 'Too many events wait for the disk.', { retryAfterMs: 200 })
      : null
  }

  #submit(
    decoded: readonly DecodedProposal[],
    bucket: TokenBucket,
    reply: (receipts: readonly Receipt[]) => void,
  ): void {
    const overload = this.#overloadRefusal(decoded.length)
    if (overload !== null && decoded.length > 0) return reply(decoded.map(() => this.#told(overload)))
    this.#undecided += decoded.length
    const proposals = decoded.flatMap((one) => (one.ok ? [one.proposal] : []))
    const accepted: Accepted[] = []
    let receipts: readonly Receipt[] = []
    this.#parts.ledger.submit({
      orders: proposals.map(({ key }) => key),
      stores: [...new Set(proposals.map(({ payload }) => payload.store))],
      participants: [FLEET],
      decide: (transaction) => {
        receipts = decoded.map((one) =>
          one.ok ? this.#decide(transaction, one.proposal, { bucket, accepted }) : one,
        )
      },
      settled: () => {
        this.#undecided -= decoded.length
        this.#report(decoded, receipts, accepted)
        reply(receipts)
      },
    })
  }

  #report(
    decoded: readonly DecodedProposal[],
    receipts: readonly Receipt[],
    accepted: readonly Accepted[],
  ): void {
    const { reports } = this.#parts
    for (const entry of accepted) reports.accepted(entry)
    for (const [index, one] of decoded.entries()) {
      const receipt = receipts[index]!
      if (!receipt.ok) this.#told(receipt)
      else if (receipt.duplicate && one.ok) reports.repeated(one.proposal.event)
    }
  }

  #decide(
    transaction: IntakeTransaction,
    proposal: Proposal,
    frame: { bucket: TokenBucket; accepted: Accepted[] },
  ): Receipt {
    const record = transaction.order(proposal.key)
    const decision = decide(record, proposal)
    if (decision.kind === 'refuse') return refusal(decision.code, decision.message)
    if (decision.kind === 'duplicate') return { ok: true, id: decision.id, duplicate: true }
    const refused = record === undefined ? this.#newOrderRefusal(transaction, proposal, frame.bucket) : null
    if (refused !== null) return refused
    const entry = this.#commit(transaction, record, proposal)
    frame.accepted.push(entry)
    return { ok: true, id: entry.id }
  }

  #newOrderRefusal(
    transaction: IntakeTransaction,
    { payload }: Proposal,
    bucket: TokenBucket,
  ): Refused | null {
    const { options, pressure } = this.#parts
    const queues = [FLEET, ...transaction.rosterOf(payload.store)].map((id) => transaction.participant(id))
    const full = pickupRefusal(queues, { queueLength: options.queueLength, isDiskLow: pressure.isDiskLow() })
    if (full !== null) return refusal(full.code, full.message, { retryAfterMs: full.retryAfterMs })
    const retryAfterMs = bucket.take(transaction.nowMs)
    return retryAfterMs === 0
      ? null
      : refusal('rate-limited', `At most ${options.pickupsPerSecond} new orders a second.`, { retryAfterMs })
  }

  /** One atomic step: the order as it is now, an entry for everyone who hears of it, and the pickup gone from wherever it still lay. */
  #commit(transaction: IntakeTransaction, before: OrderRecord | undefined, proposal: Proposal): Accepted {
    const timeMs = transaction.nowMs
    const id = this.#parts.ids.next(timeMs)
    const after = accept(before, proposal, { id, timeMs })
    const { event } = proposal
    const entry: Accepted = { id, event, time: isoTime(timeMs), payload: payloadOf(after, event) }
    const recipients = recipientsOf(event, transaction.rosterOf(after.order.store))
    const positions = recipients.map((participant) => transaction.append(participant, entry))
    const owed = after.owed + positions.length - takePickup(transaction, before, after)
    const dispatch =
      event === 'pickup'
        ? dispatched(after.dispatch, { position: positions[0]!, place: 'queue' })
        : after.dispatch
    transaction.putOrder(changed(after, { owed, dispatch }))
    return entry
  }
}

/** A driver took the order itself while its pickup was still owed: gives how many entries less there are now. */
const takePickup = (
  transaction: IntakeTransaction,
  before: OrderRecord | undefined,
  after: OrderRecord,
): number => {
  if (before === undefined || after.dispatch.place !== 'none' || before.dispatch.place === 'none') return 0
  const { place, position } = before.dispatch
  if (place !== 'leased') transaction.take(place, FLEET, position)
  return 1
}

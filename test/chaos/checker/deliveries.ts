/**
 * What one participant was handed, and what became of it: the state of every entry over all of its lives. Here it is judged whether entries come in order and one at a time, whether
 * delivery counts are right, and whether anything comes back that was acknowledged for good.
 */
import type { EventName, Handed, Plan } from '../records.ts'
import type { Findings } from './findings.ts'
import { LIFECYCLE, orderKey } from './order-book.ts'

export class EntryFacts {
  readonly entry: string
  readonly order: string
  readonly event: EventName
  attempt = 0
  /** When it was last handed over. */
  handedMs = 0
  isHandled = false
  /** Answered so on the wire; whether the hub has heard is another question. */
  isAcknowledged = false
  rejections = 0
  /** Known to be synced by the hub. */
  isSettled = false
  settledRejections = 0

  constructor(entry: string, order: string, event: EventName) {
    this.entry = entry
    this.order = order
    this.event = event
  }
}

export class Deliveries {
  readonly #findings: Findings
  readonly #participant: string
  readonly #plan: Plan
  readonly #entries = new Map<string, EntryFacts>()
  /** By order; the latest entry of each event. */
  readonly #orders = new Map<string, Partial<Record<EventName, EntryFacts>>>()

  constructor(findings: Findings, participant: string, plan: Plan) {
    this.#findings = findings
    this.#participant = participant
    this.#plan = plan
  }

  entry(name: string): EntryFacts | undefined {
    return this.#entries.get(name)
  }

  /** Has the participant's handler succeeded with that event of the order? */
  isHandled(order: string, event: EventName): boolean {
    return this.#orders.get(order)?.[event]?.isHandled === true
  }

  /** @returns the entry, and whether it was never handed over before */
  handed(t: number, handed: Handed): { facts: EntryFacts; isNew: boolean } {
    const [entry, attempt, , , event, store, order] = handed
    const known = this.#entries.get(entry)
    const facts = known ?? this.#enter(entry, orderKey(store, order), event)
    this.#judgeReturn(facts)
    this.#judgeOrder(facts)
    this.#judgeAttempt(facts, attempt)
    facts.attempt = attempt
    facts.handedMs = t
    return { facts, isNew: known === undefined }
  }

  #find(
    column: Parameters<Findings['add']>[0],
    invariant: string,
    { order }: EntryFacts,
    detail: string,
  ): void {
    this.#findings.add(column, invariant, { participant: this.#participant, order, detail })
  }

  #enter(entry: string, key: string, event: EventName): EntryFacts {
    const facts = new EntryFacts(entry, key, event)
    this.#entries.set(entry, facts)
    const entries = this.#orders.get(key) ?? {}
    const before = entries[event]
    // A pickup is an entry anew with every lease; anything else is one entry.
    if (before !== undefined && event !== 'pickup')
      this.#find('duplicated', 'an event is one entry of a queue', facts, `${before.entry} and ${entry}`)
    this.#orders.set(key, { ...entries, [event]: facts })
    return facts
  }

  #judgeReturn(facts: EntryFacts): void {
    if (facts.isSettled)
      this.#find(
        'duplicated',
        'an acknowledgement that is synced is never followed by another handover',
        facts,
        `${facts.event}, entry ${facts.entry}`,
      )
  }

  /** One at a time, in lifecycle order, redeliveries included. */
  #judgeOrder(facts: EntryFacts): void {
    if (facts.event === 'pickup') return
    const entries = this.#orders.get(facts.order)!
    const place = LIFECYCLE.indexOf(facts.event)
    for (const [index, event] of LIFECYCLE.entries()) {
      if (event === 'pickup' || index === place) continue
      const other = entries[event]
      if (index > place && other !== undefined)
        this.#find(
          'reordered',
          'entries of an order come in lifecycle order',
          facts,
          `${facts.event} after ${event}`,
        )
      if (index < place && !this.#isOver(other))
        this.#find(
          'reordered',
          'one entry of an order at a time',
          facts,
          `${facts.event} before ${event} was ${other === undefined ? 'handed over' : 'acknowledged'}`,
        )
    }
  }

  /** Acknowledged, as far as the participant can tell, or a dead letter. */
  #isOver(facts: EntryFacts | undefined): boolean {
    if (facts === undefined) return false
    return facts.isAcknowledged || facts.rejections >= this.#plan.deliveryLimit
  }

  /** A pickup counts what other drivers rejected too, so only its order can be judged here. */
  #judgeAttempt(facts: EntryFacts, attempt: number): void {
    const { rejections, settledRejections } = facts
    const told = `${facts.event}: attempt ${attempt} after ${rejections} rejections, of which ${settledRejections} are synced; attempt ${facts.attempt} before`
    if (attempt < facts.attempt) this.#find('miscounted', 'delivery counts survive restarts', facts, told)
    if (attempt > this.#plan.deliveryLimit)
      this.#find('miscounted', 'nothing is handed over beyond the delivery limit', facts, told)
    if (facts.event === 'pickup') return
    if (attempt > rejections + 1)
      this.#find('miscounted', 'only rejections and timeouts count as attempts', facts, told)
    if (attempt < settledRejections + 1)
      this.#find('miscounted', 'delivery counts survive restarts', facts, told)
  }
}

/** How often an entry was handed over in vain: a handover fails once, by a rejection or by its time on a live connection, and what is durable is never forgotten. */
import { orderKey } from '../../../shared/ids.ts'
import type { HandedEvent } from '../../../shared/protocol.ts'
import type { Observation } from '../observations.ts'
import type { Check, Report, Settings } from './check.ts'
import type { Syncs } from './syncs.ts'

interface Tries {
  attempt: number
  readonly replay: boolean
  readonly entry: string
  readonly connection: string
  readonly handedMs: number
  /** When its connection ended. */
  endedMs: number | null
  /** Where its rejection came, and whether the hub must have taken it. */
  rejected: { mark: number; isCertain: boolean } | null
}

export class Attempts implements Check {
  readonly #report: Report
  readonly #settings: Settings
  readonly #syncs: Syncs
  readonly #tries = new Map<string, Tries>()
  /** Those of open connections. */
  readonly #open = new Map<string, Set<Tries>>()

  constructor(report: Report, settings: Settings, syncs: Syncs) {
    this.#report = report
    this.#settings = settings
    this.#syncs = syncs
  }

  observe(seen: Observation, nowMs: number): void {
    switch (seen.kind) {
      case 'handed':
        return this.#handed(seen, nowMs)
      case 'rejected':
        return this.#rejected(seen, nowMs)
      case 'displaced':
      case 'ended':
        return this.#ended(seen.connection, nowMs)
      case 'hub gone':
        for (const connection of [...this.#open.keys()]) this.#ended(connection, nowMs)
    }
  }

  #handed({ participant, connection, event }: Extract<Observation, { kind: 'handed' }>, nowMs: number): void {
    const key = keyOf(participant, event)
    const before = this.#tries.get(key)
    const { entry, attempt, replay = false } = event
    if (attempt > this.#settings.deliveryLimit)
      this.#report('dead at the limit', `${key} is handed over for the ${attempt}th time`)
    const isAnew = before === undefined || before.replay !== replay || (replay && before.entry !== entry)
    if (isAnew ? attempt !== 1 : !this.#follows(before, attempt, nowMs))
      this.#report(
        'every failure counts once',
        `${key} is at attempt ${attempt}, after ${toldOf(before, nowMs)}`,
      )
    const tries: Tries = {
      attempt,
      replay,
      entry,
      connection,
      handedMs: nowMs,
      endedMs: null,
      rejected: null,
    }
    this.#tries.set(key, tries)
    const open = this.#open.get(connection) ?? new Set()
    this.#open.set(connection, open.add(tries))
  }

  #follows(before: Tries, attempt: number, nowMs: number): boolean {
    const { rejected } = before
    if (attempt === before.attempt)
      return rejected === null || !rejected.isCertain || !this.#syncs.isDurable(rejected.mark)
    if (attempt !== before.attempt + 1) return false
    const watchedMs = (before.endedMs ?? nowMs) - before.handedMs
    return rejected !== null || watchedMs >= this.#settings.ackTimeoutMs
  }

  #rejected({ connection, entry }: Extract<Observation, { kind: 'rejected' }>, nowMs: number): void {
    for (const tries of this.#open.get(connection) ?? []) {
      if (tries.entry !== entry || tries.rejected !== null) continue
      const isCertain = nowMs - tries.handedMs < this.#settings.ackTimeoutMs
      tries.rejected = { mark: this.#syncs.mark, isCertain }
    }
  }

  #ended(connection: string, nowMs: number): void {
    for (const tries of this.#open.get(connection) ?? []) tries.endedMs ??= nowMs
    this.#open.delete(connection)
  }
}

/** The fleet counts an order's failures, whichever driver they are of. */
const keyOf = (participant: string, { event, payload }: HandedEvent): string =>
  `${event} ${orderKey(payload.store, payload.orderId)} for ${event === 'pickup' ? 'the fleet' : participant}`

const toldOf = (before: Tries | undefined, nowMs: number): string =>
  before === undefined
    ? 'nothing'
    : `attempt ${before.attempt} on ${before.connection} ${nowMs - before.handedMs} ms ago${before.rejected === null ? '' : ', rejected'}${before.endedMs === null ? '' : `, whose connection ended after ${before.endedMs - before.handedMs} ms`}`

/**
 * Who is owed something, in memory: what the list of queues ranks by, since no index on disk could keep up with it. It has an entry for each participant with events or dead letters, and none for the others, who may be a hundred times as
 * many. It begins when it is first asked for: all participants are read once, in steps, while their changes are noted; from then on it follows what is committed. Until then, and in a hub at which nobody looks, it costs nothing.
 */
import type { ParticipantId } from '../../../shared/ids.ts'
import { owedTo, type ParticipantRecord } from '../../domain/participant.ts'
import type { ListsLedger } from '../ports.ts'
import { deadLettersOf } from '../rows.ts'

export interface Owed {
  record: ParticipantRecord
  /** Since when something has been owed to it without a pause; null if it was so before anybody looked. */
  readonly sinceMs: number | null
}

const PAGE = 500

const lettersOf = (record: ParticipantRecord | null): number => (record === null ? 0 : deadLettersOf(record))

const isOwed = (record: ParticipantRecord): boolean => owedTo(record) > 0 || deadLettersOf(record) > 0

export class OwedParticipants {
  readonly #ledger: Pick<ListsLedger, 'onCommitted' | 'participantsFrom'>
  readonly #now: () => number
  readonly #owed = new Map<ParticipantId, Owed>()
  #loaded: Promise<void> | null = null
  #letters = 0

  constructor(ledger: Pick<ListsLedger, 'onCommitted' | 'participantsFrom'>, now: () => number) {
    this.#ledger = ledger
    this.#now = now
  }

  /** All of them, as they are durable. What it gives changes with them. */
  async all(): Promise<ReadonlyMap<ParticipantId, Owed>> {
    this.#loaded ??= this.#load()
    await this.#loaded
    return this.#owed
  }

  /** Names from one on, in their order. */
  async withDeadLetters(from: string): Promise<readonly ParticipantId[]> {
    const names: ParticipantId[] = []
    for (const [id, { record }] of await this.all())
      if (id >= from && deadLettersOf(record) > 0) names.push(id)
    return names.sort()
  }

  /** Of all of them. */
  async countDeadLetters(): Promise<number> {
    await this.all()
    return this.#letters
  }

  async #load(): Promise<void> {
    /** Those that have changed since are known better than what is read. */
    const changed = new Set<ParticipantId>()
    let isLoading = true
    this.#ledger.onCommitted(({ participantChanges }) => {
      for (const { key, after } of participantChanges) {
        if (isLoading) changed.add(key)
        this.#note(key, after, this.#now())
      }
    })
    for (let after = ''; ; ) {
      const page = await this.#ledger.participantsFrom({ beginning: '', after, limit: PAGE })
      for (const record of page) if (!changed.has(record.id)) this.#note(record.id, record, null)
      if (page.length < PAGE) break
      after = page.at(-1)!.id
    }
    isLoading = false
  }

  #note(id: ParticipantId, record: ParticipantRecord | null, nowMs: number | null): void {
    const known = this.#owed.get(id)
    this.#letters += lettersOf(record) - lettersOf(known?.record ?? null)
    if (record === null || !isOwed(record)) this.#owed.delete(id)
    else if (known === undefined) this.#owed.set(id, { record, sinceMs: nowMs })
    else known.record = record
  }
}

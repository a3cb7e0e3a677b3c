/**
 * Pauses as the ledger keeps them: to whom an operator has stopped delivery is no less stopped when the hub has started again. Each holds at once, and is told as done when it is durable. It ends when an operator says so, or when its participant
 * leaves: who comes back under that name is somebody else. One whose participant has left unseen, in a crash, ends with the next start.
 */
import type { ParticipantId } from '../../shared/ids.ts'
import type { Note } from '../domain/note.ts'
import { hasLeft, type ParticipantRecord } from '../domain/participant.ts'
import type { Change, Work } from '../domain/work.ts'

export interface PauseTransaction {
  participant(id: ParticipantId): ParticipantRecord | undefined
  putNote(note: Note): void
  removeNote(note: Pick<Note, 'kind' | 'name'>): void
}

/** MUST settle work when it is durable. */
export interface PauseLedger {
  submit(work: Work<PauseTransaction>): void
  /** Those that are durable, in the order of their names, after one (or ''). */
  notes(kind: 'pause', after: string, limit: number): Promise<readonly Note[]>
}

/** Delivery, as it can be stopped. Both hold at once and give false if there is nothing to change. */
export interface Stoppable {
  pause(participant: ParticipantId, sinceMs: number): boolean
  resume(participant: ParticipantId): boolean
  readonly pauses: Iterable<[ParticipantId, number]> & {
    readonly size: number
    has(participant: ParticipantId): boolean
  }
}

export interface KeptPausesParts {
  readonly ledger: PauseLedger
  readonly delivery: Stoppable
  now(): number
}

interface Pause {
  readonly sinceMs: number
}

const A_PAGE = 1000

const nameOf = (participant: ParticipantId) => ({ kind: 'pause', name: participant }) as const

const isGone = (record: ParticipantRecord | null | undefined): boolean => record == null || hasLeft(record)

export class KeptPauses {
  readonly #parts: KeptPausesParts

  /** Changes that operators have made here: all of them, and those that are on their way to the disk. */
  #began = 0
  #changes = 0

  constructor(parts: KeptPausesParts) {
    this.#parts = parts
  }

  /** To be called before anybody is attached. */
  async load(): Promise<void> {
    for (let after = ''; ; ) {
      const page = await this.#parts.ledger.notes('pause', after, A_PAGE)
      for (const { name, value } of await this.#withParticipant(page))
        this.#parts.delivery.pause(name as ParticipantId, (value as Pause).sinceMs)
      if (page.length < A_PAGE) return
      after = page.at(-1)!.name
    }
  }

  /** Operators stop and resume delivery at other hubs as well: what they have done there holds here, too. */
  async refresh(): Promise<void> {
    if (this.#changes > 0) return
    const kept = new Map<string, number>()
    const began = this.#began
    for (let after = ''; ; ) {
      const page = await this.#parts.ledger.notes('pause', after, A_PAGE)
      for (const { name, value } of page) kept.set(name, (value as Pause).sinceMs)
      if (page.length < A_PAGE) break
      after = page.at(-1)!.name
    }
    // What was done here meanwhile may not be in what was read.
    if (began !== this.#began) return
    const { delivery } = this.#parts
    for (const [participant] of [...delivery.pauses]) if (!kept.has(participant)) delivery.resume(participant)
    for (const [name, sinceMs] of kept) delivery.pause(name as ParticipantId, sinceMs)
  }

  async #withParticipant(notes: readonly Note[]): Promise<readonly Note[]> {
    const participants = notes.map(({ name }) => name as ParticipantId)
    let there: readonly Note[] = []
    await this.#commit((transaction) => {
      there = notes.filter((_, index) => !isGone(transaction.participant(participants[index]!)))
      for (const note of notes) if (!there.includes(note)) transaction.removeNote(note)
    }, participants)
    return there
  }

  /** Stops delivery to a participant, or of pickups to all drivers, at once. Resolves when that is durable: false if it was stopped before, or as many are as may. */
  async pause(participant: ParticipantId): Promise<boolean> {
    const sinceMs = this.#parts.now()
    if (!this.#parts.delivery.pause(participant, sinceMs)) return false
    const value: Pause = { sinceMs }
    await this.#change((transaction) => transaction.putNote({ ...nameOf(participant), value }))
    return true
  }

  async resume(participant: ParticipantId): Promise<boolean> {
    if (!this.#parts.delivery.resume(participant)) return false
    await this.#change((transaction) => transaction.removeNote(nameOf(participant)))
    return true
  }

  async #change(decide: (transaction: PauseTransaction) => void): Promise<void> {
    this.#began += 1
    this.#changes += 1
    await this.#commit(decide)
    this.#changes -= 1
  }

  /** To be called with whatever becomes durable. */
  committed(changes: readonly Change<ParticipantId, ParticipantRecord>[]): void {
    const { pauses } = this.#parts.delivery
    if (pauses.size === 0) return
    for (const { key, after } of changes) if (pauses.has(key) && isGone(after)) void this.resume(key)
  }

  #commit(
    decide: (transaction: PauseTransaction) => void,
    participants: readonly ParticipantId[] = [],
  ): Promise<void> {
    return new Promise((settled) => this.#parts.ledger.submit({ participants, decide, settled }))
  }
}

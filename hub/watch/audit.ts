/**
 * What operators have done. Each action that has changed something makes a line: in the log, and in the ledger, which keeps the newest thousand. Whoever acted is answered when its line is durable. A line has a number, by which the ledger has it in
 * its order; the line that it pushes out goes in the same step.
 */
import type { Action, ActionReply, AuditLine } from '../../shared/watch.ts'
import type { Note } from '../domain/note.ts'
import type { Work } from '../domain/work.ts'

/** Those that are told to somebody who comes. */
const TOLD = 50
const KEPT = 1000
const NUMBER_WIDTH = 12

export interface AuditTransaction {
  putNote(note: Note): void
  removeNote(note: Pick<Note, 'kind' | 'name'>): void
}

/** MUST settle work when it is durable. */
export interface AuditLedger {
  submit(work: Work<AuditTransaction>): void
  /** Those that are durable, in the order of their names, after one (or ''). */
  notes(kind: 'audit', after: string, limit: number): Promise<readonly Note[]>
}

export interface AuditParts {
  readonly ledger: AuditLedger
  act(action: Action): Promise<ActionReply>
  now(): number
  /** For the log. */
  audited(line: AuditLine): void
}

const nameOf = (number: number) =>
  ({ kind: 'audit', name: String(number).padStart(NUMBER_WIDTH, '0') }) as const

export class Audit {
  readonly #parts: AuditParts
  #lines: AuditLine[] = []
  /** Of the next line. */
  #number = 1
  readonly #listeners = new Set<(line: AuditLine) => void>()

  constructor(parts: AuditParts) {
    this.#parts = parts
  }

  /** Finds what was done before. To be called before anybody acts. */
  async load(): Promise<void> {
    const notes = await this.#parts.ledger.notes('audit', '', KEPT)
    this.#lines = notes.map(({ value }) => value as AuditLine)
    this.#number = Number(notes.at(-1)?.name ?? 0) + 1
  }

  /** All that are kept, oldest first. */
  get lines(): readonly AuditLine[] {
    return this.#lines
  }

  /** The newest of them, oldest first. */
  get newest(): readonly AuditLine[] {
    return this.#lines.slice(-TOLD)
  }

  onLine(listener: (line: AuditLine) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** @param who an operator: that he may is the caller's to know */
  async act(who: string, action: Action): Promise<ActionReply> {
    const reply = await this.#parts.act(action)
    if (reply.ok) await this.#note(who, action, reply.done)
    return reply
  }

  #note(who: string, { action, participant }: Action, done: number): Promise<void> {
    const line = { timeMs: this.#parts.now(), who, action, target: participant, done }
    this.#lines.push(line)
    if (this.#lines.length > KEPT) this.#lines.shift()
    this.#parts.audited(line)
    for (const listener of this.#listeners) listener(line)
    return this.#keep(line)
  }

  #keep(value: AuditLine): Promise<void> {
    const number = this.#number
    this.#number += 1
    const decide = (transaction: AuditTransaction): void => {
      transaction.putNote({ ...nameOf(number), value })
      if (number > KEPT) transaction.removeNote(nameOf(number - KEPT))
    }
    return new Promise((settled) => this.#parts.ledger.submit({ decide, settled }))
  }
}

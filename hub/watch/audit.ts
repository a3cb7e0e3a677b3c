/**
 * What operators have done. Each action that has changed something makes a line: in the log, and in the ledger, which keeps the newest thousand. Whoever acted is answered when its line is durable. The ledger has lines
 * in the order of their names: a number, which is the time or follows the line before, and a word of this hub's life, so that no two hubs on a database ever give the same name. The lines that one pushes out go in the same step.
 */
import { randomBytes } from 'node:crypto'
import type { Action, ActionReply, AuditLine } from '../../shared/watch.ts'
import type { Note } from '../domain/note.ts'
import type { Work } from '../domain/work.ts'

/** Those that are told to somebody who comes. */
const TOLD = 50
const KEPT = 1000
const PAGE = 1000
const NUMBER_WIDTH = 15

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

interface Kept {
  readonly name: string
  readonly line: AuditLine
}

const numberIn = (name: string): number => Number.parseInt(name, 10)

export class Audit {
  readonly #parts: AuditParts
  /** In the order of their names. */
  #kept: Kept[] = []
  /** Of the last line. */
  #number = 0
  /** Drawn when somebody acts: a world without operators rests on no chance. */
  #life: string | null = null
  readonly #listeners = new Set<(line: AuditLine) => void>()

  constructor(parts: AuditParts) {
    this.#parts = parts
  }

  /** Finds what was done before. To be called before anybody acts. */
  async load(): Promise<void> {
    for (let after = ''; ; ) {
      const notes = await this.#parts.ledger.notes('audit', after, PAGE)
      this.#kept.push(...notes.map(({ name, value }) => ({ name, line: value as AuditLine })))
      after = notes.at(-1)?.name ?? after
      if (notes.length < PAGE) break
    }
    this.#number = numberIn(this.#kept.at(-1)?.name ?? '0')
  }

  /** All that are kept, oldest first. */
  get lines(): readonly AuditLine[] {
    return this.#kept.slice(-KEPT).map(({ line }) => line)
  }

  /** The newest of them, oldest first. */
  get newest(): readonly AuditLine[] {
    return this.#kept.slice(-TOLD).map(({ line }) => line)
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
    const name = this.#nextName(line)
    this.#kept.push({ name, line })
    this.#parts.audited(line)
    for (const listener of this.#listeners) listener(line)
    return this.#keep(name, line)
  }

  #nextName({ timeMs }: AuditLine): string {
    this.#number = Math.max(this.#number + 1, timeMs)
    this.#life ??= randomBytes(4).toString('hex')
    return [String(this.#number).padStart(NUMBER_WIDTH, '0'), this.#life].join('-')
  }

  #keep(name: string, value: AuditLine): Promise<void> {
    const pushedOut = this.#kept.splice(0, Math.max(0, this.#kept.length - KEPT))
    const decide = (transaction: AuditTransaction): void => {
      transaction.putNote({ kind: 'audit', name, value })
      for (const old of pushedOut) transaction.removeNote({ kind: 'audit', name: old.name })
    }
    return new Promise((settled) => this.#parts.ledger.submit({ decide, settled }))
  }
}

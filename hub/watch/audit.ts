/**
 * What operators have done. Each action that has changed something makes a line: in the log, and in memory for those who watch, where the newest fifty are kept.
 */
import type { Action, ActionReply, AuditLine } from '../../shared/watch.ts'

const KEPT = 50

export interface AuditParts {
  act(action: Action): Promise<ActionReply>
  now(): number
  /** For the log. */
  audited(line: AuditLine): void
}

export class Audit {
  readonly #parts: AuditParts
  readonly #lines: AuditLine[] = []
  readonly #listeners = new Set<(line: AuditLine) => void>()

  constructor(parts: AuditParts) {
    this.#parts = parts
  }

  /** The newest, oldest first. */
  get lines(): readonly AuditLine[] {
    return this.#lines
  }

  onLine(listener: (line: AuditLine) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** @param who an operator: that he may is the caller's to know */
  async act(who: string, action: Action): Promise<ActionReply> {
    const reply = await this.#parts.act(action)
    if (reply.ok) this.#note(who, action, reply.done)
    return reply
  }

  #note(who: string, { action, participant }: Action, done: number): void {
    const line = { timeMs: this.#parts.now(), who, action, target: participant, done }
    this.#lines.push(line)
    if (this.#lines.length > KEPT) this.#lines.shift()
    this.#parts.audited(line)
    for (const listener of this.#listeners) listener(line)
  }
}

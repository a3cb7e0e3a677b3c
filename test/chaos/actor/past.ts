/**
 * What a participant knows of its earlier lives, read from its last history. An event that it gave to the link and that was not confirmed may have been stored in the outbox or not:
 * it was, if one that it gave to the link later in the same life was confirmed, because the outbox stores in order. What was certainly stored is left to the outbox, which owes it;
 * only the rest is given to the link again. So an outbox that loses something is not covered up.
 */
import { existsSync } from 'node:fs'
import { linesOf, type ParticipantLine } from '../records.ts'
import { historyFile } from './life.ts'

/** By `event store/order`. */
export type EventKey = string

export const eventKey = (event: string, store: string, order: string): EventKey =>
  `${event} ${store}/${order}`

export interface Past {
  /** Orders made. */
  readonly made: number
  /** Perhaps not stored: to be given to the link again. */
  readonly again: readonly EventKey[]
  /** Stored and not confirmed as far as is known: the outbox has them. */
  readonly left: readonly EventKey[]
}

const NOTHING: Past = { made: 0, again: [], left: [] }

/** Follows one life, line by line. */
class Account {
  /** What the life knew when it wrote down last what it knows; null before it did. */
  #start: Past | null = null
  #made = 0
  readonly #open = new Map<number, EventKey>()
  readonly #sent = new Set<EventKey>()
  #lastConfirmed = -1

  take(line: ParticipantLine): void {
    if (line[1] === 'carry') this.#begin(line[2] as Past)
    else if (line[1] === 'sent') this.#send(line[2], eventKey(line[3], line[4], line[5]))
    else if (line[1] === 'confirmed') this.#confirm(line[2])
    else if (line[1] === 'refused') this.#refuse(eventKey(line[2], line[3], line[4]))
  }

  #begin(past: Past): void {
    this.#start = past
    this.#made = past.made
    this.#open.clear()
    this.#sent.clear()
  }

  #send(n: number, key: EventKey): void {
    if (key.startsWith('pickup') && this.#start?.again.includes(key) !== true) this.#made += 1
    this.#open.set(n, key)
    this.#sent.add(key)
  }

  #confirm(n: number): void {
    this.#open.delete(n)
    this.#lastConfirmed = Math.max(this.#lastConfirmed, n)
  }

  #refuse(refused: EventKey): void {
    for (const [n, key] of this.#open) if (key === refused) this.#open.delete(n)
  }

  get past(): Past | null {
    if (this.#start === null) return null
    const keys = (isStored: boolean) =>
      [...this.#open].filter(([n]) => n < this.#lastConfirmed === isStored).map(([, key]) => key)
    const notYet = this.#start.again.filter((key) => !this.#sent.has(key))
    return {
      made: this.#made,
      again: [...notYet, ...keys(false)],
      left: [...this.#start.left, ...keys(true)],
    }
  }
}

/** What is known at the end of a life, from its history; null if it did not even come to write down what it knew at its start. */
export const pastOf = (lines: Iterable<ParticipantLine>): Past | null => {
  const account = new Account()
  for (const line of lines) account.take(line)
  return account.past
}

/** Before life number `life`. */
export const pastBefore = (folder: string, life: number): Past => {
  for (let earlier = life - 1; earlier > 0; earlier -= 1) {
    const file = historyFile(folder, earlier)
    const past = existsSync(file) ? pastOf(linesOf<ParticipantLine>(file)) : null
    if (past !== null) return past
  }
  return NOTHING
}

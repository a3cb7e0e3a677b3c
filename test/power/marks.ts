/** What a recorded process says of itself, in the stream of its system calls: what it has decided, and what it has promised to whom. */
import { openSync, writeSync } from 'node:fs'
import type { FailedEvent } from '../../shared/link/api.ts'
import type { OutboxItem } from '../../shared/outbox/api.ts'

/** Rows of the ledger by key, as JSON; null is a removal. */
export type RowChanges = Readonly<Record<string, string | null>>

export interface OutboxContent {
  readonly pending: readonly OutboxItem[]
  readonly failed: readonly FailedEvent[]
  readonly progress: number
}

export type Said =
  /** The hub has opened its ledger and found this. */
  | { readonly say: 'hub found'; readonly rows: Readonly<Record<string, string>> }
  /** A piece of work was decided: what it has made of the rows. Numbered from 1 in each process. */
  | { readonly say: 'decided'; readonly work: number; readonly rows: RowChanges }
  | { readonly say: 'settled'; readonly work: number }
  /** A sender was told that its event is kept. */
  | { readonly say: 'confirmed'; readonly id: string; readonly order: string; readonly payload: string }
  | ({ readonly say: 'outbox found' } & OutboxContent)
  | { readonly say: 'added'; readonly item: OutboxItem }
  | { readonly say: 'stored'; readonly number: number }
  | { readonly say: 'released'; readonly number: number }
  | { readonly say: 'failed'; readonly number: number; readonly failed: FailedEvent }
  | { readonly say: 'progress'; readonly progress: number }

export type Sayer = (said: Said) => void

/** Says to a file, in one system call each. */
export const sayerTo = <T extends object = Said>(file: string): ((said: T) => void) => {
  const number = openSync(file, 'a')
  return (said) => void writeSync(number, `${JSON.stringify(said)}\n`)
}

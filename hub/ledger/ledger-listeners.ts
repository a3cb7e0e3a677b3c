/** Those who hear from a ledger what becomes of what it was given: whichever database keeps it, they are told the same. */
import type { Fault } from '../../shared/fault.ts'
import { Listeners } from '../../shared/listeners.ts'
import type { Committed } from '../domain/work.ts'
import type { WriteListener } from './ledger.ts'

export class LedgerListeners {
  readonly #committed = new Listeners<Committed>()
  readonly #fault = new Listeners<Fault>()
  readonly #write = new Set<WriteListener>()

  onCommitted(listener: (committed: Committed) => void): () => void {
    return this.#committed.add(listener)
  }

  onWrite(listener: WriteListener): () => void {
    this.#write.add(listener)
    return () => this.#write.delete(listener)
  }

  onFault(listener: (fault: Fault) => void): () => void {
    return this.#fault.add(listener)
  }

  committed(committed: Committed): void {
    this.#committed.tell(committed)
  }

  writeBegan(): void {
    for (const listener of this.#write) listener.began()
  }

  /** @param works pieces of work that are durable with it */
  writeEnded(works: number): void {
    for (const listener of this.#write) listener.ended(works)
  }

  failed(fault: Fault): void {
    this.#fault.tell(fault)
  }
}

/** What is asked of the database outside of groups: on the connection that there is, again on the next one if that is lost, and when others were in the way. */
import type { Connection } from './connection.ts'
import { takenFault, troubleOf } from './faults.ts'
import { type Identity, isOurs } from './hub-row.ts'
import type { Keeper } from './keeper.ts'

type Ask<T> = (connection: Connection) => Promise<T>

/** Others may be in the way again and again, but not that often. */
const MOST_TRIES = 50

export interface AskingParts {
  readonly keeper: Pick<Keeper, 'reading' | 'connection' | 'place'>
  readonly identity: Identity
  /** The database cannot be asked any more. */
  failed(error: unknown): void
}

export class Asking {
  readonly #parts: AskingParts

  constructor(parts: AskingParts) {
    this.#parts = parts
  }

  /** Rejects when the database cannot be asked any more, which is told. */
  ask<T>(ask: Ask<T>): Promise<T> {
    return this.#ask(ask).catch((error: unknown) => {
      this.#parts.failed(error)
      throw error
    })
  }

  async #ask<T>(ask: Ask<T>): Promise<T> {
    const { keeper, identity } = this.#parts
    for (let tries = 1; ; tries += 1)
      try {
        return await keeper.reading(ask)
      } catch (error) {
        if (troubleOf(error) !== 'conflict' || tries === MOST_TRIES) throw error
        if (!(await keeper.reading((connection) => isOurs(connection, identity))))
          throw takenFault(keeper.place)
      }
  }

  /** For what nobody relies on: once. @returns null if it did not work */
  async try<T>(ask: Ask<T>): Promise<T | null> {
    const { connection } = this.#parts.keeper
    return connection.isOver ? null : ask(connection).catch(() => null)
  }
}

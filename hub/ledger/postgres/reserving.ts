/** Reserves positions in the database, one block at a time, and gives back what this hub does not need now, which would hold up the readers of others (`positions.ts`). */
import type { Asking } from './asking.ts'
import { type Identity, reservePositions } from './hub-row.ts'
import type { Neighbours } from './neighbours.ts'
import type { OrderTurns } from './order-turns.ts'
import type { Positions } from './positions.ts'

export interface ReservingParts {
  readonly identity: Identity
  readonly asking: Pick<Asking, 'ask'>
  readonly positions: Positions
  readonly turns: Pick<OrderTurns, 'reserving' | 'reserved'>
  readonly neighbours: Pick<Neighbours, 'reserved' | 'ring'>
  /** What waited for it may go on. */
  reserved(): void
}

export class Reserving {
  readonly #parts: ReservingParts
  /** How many connections there were. */
  #connections = 0
  #reserving: Promise<void> | null = null

  constructor(parts: ReservingParts) {
    this.#parts = parts
  }

  get isBusy(): boolean {
    return this.#reserving !== null
  }

  /** There is another connection. */
  back(): void {
    this.#connections += 1
  }

  /** As many as are wanted, unless that is under way. Resolves when they are there; never, if the database cannot be asked any more. */
  reserve(): Promise<void> {
    this.#reserving ??= new Promise((resolve) => this.#reserve(resolve))
    return this.#reserving
  }

  #reserve(resolve: () => void): void {
    const { identity, asking, positions, turns, neighbours } = this.#parts
    const count = positions.wanted
    const number = turns.reserving()
    const epoch = this.#connections
    const reserved = asking.ask((connection) => reservePositions(connection, identity, count))
    reserved.then(
      (block) => {
        this.#reserving = null
        // What was reserved on a connection that is lost may be reserved by another hub again, if the server has crashed.
        if (epoch === this.#connections) {
          neighbours.reserved(block)
          turns.reserved(number, block)
          positions.reserved(block)
        }
        this.#parts.reserved()
        resolve()
      },
      // Whoever owns the ledger has been told.
      () => {},
    )
  }

  giveBack(): void {
    const { identity, asking, positions, neighbours } = this.#parts
    positions.giveBack()
    const text = 'DELETE FROM caps.blocks WHERE hub = $1::int8 AND last <= $2::int8'
    const values = [identity.hub, positions.end]
    asking
      .ask((connection) => connection.run('bell', { name: 'give-back', text, values }))
      .then(
        () => neighbours.ring(),
        () => {},
      )
  }
}

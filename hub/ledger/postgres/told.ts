/**
 * What other hubs have changed of all that this hub takes for granted: who serves whom, who has a queue, and which orders are erased. They tell it by a number in its row, and its groups are refused until it has taken in what that means [PQ14][PQ17]: it looks whom it has lost and what
 * was erased [PQ28], and forgets what it knew of participants and of those orders.
 */
import type { ParticipantId } from '../../../shared/ids.ts'
import { Listeners } from '../../../shared/listeners.ts'
import type { Erased } from '../hubs.ts'
import type { Asking } from './asking.ts'
import { ErasuresHeard } from './erasures.ts'
import type { HubRow } from './hub-row.ts'
import { lostOf, type Owned } from './owned.ts'
import type { Positions } from './positions.ts'
import type { Standing } from './standing.ts'
import type { Tables } from './tables.ts'

export interface ToldParts {
  readonly row: Pick<HubRow, 'hub' | 'told' | 'hasPeers'>
  readonly asking: Pick<Asking, 'ask'>
  readonly owned: Owned
  readonly positions: Pick<Positions, 'share'>
  readonly tables: Pick<Tables, 'forgetParticipants' | 'forgetOrders'>
  readonly standing: Pick<Standing, 'isLost'>
}

export class Told {
  readonly #parts: ToldParts
  readonly #lost = new Listeners<readonly ParticipantId[]>()
  readonly #erased = new Listeners<readonly Erased[]>()
  readonly #erasures = new ErasuresHeard()
  #number: number
  #hasOthers = false

  constructor(parts: ToldParts) {
    this.#parts = parts
    this.#number = parts.row.told
    this.setOthers(parts.row.hasPeers)
  }

  /** As far as this hub has taken it in. */
  get number(): number {
    return this.#number
  }

  /** Are there other hubs, as far as is known? */
  get hasOthers(): boolean {
    return this.#hasOthers
  }

  setOthers(hasOthers: boolean): void {
    this.#hasOthers = hasOthers
    this.#parts.positions.share(hasOthers)
  }

  onLost(listener: (participants: readonly ParticipantId[]) => void): () => void {
    return this.#lost.add(listener)
  }

  onErased(listener: (erased: readonly Erased[]) => void): () => void {
    return this.#erased.add(listener)
  }

  /** Takes in which orders were erased since this was asked last. */
  async hearErasures(): Promise<void> {
    const { asking, tables } = this.#parts
    const erased = await asking.ask((connection) => this.#erasures.read(connection))
    if (erased.length === 0) return
    tables.forgetOrders(erased.map(({ order }) => order))
    this.#erased.tell(erased)
  }

  /** What gathers is to be decided anew afterwards. @param number null if it is not known: then it is found out with the next group */
  async takeIn(number: number | null): Promise<void> {
    const { row, asking, owned, tables, standing } = this.#parts
    if (number === null || number === this.#number || standing.isLost) return
    const { mine, takings } = owned
    const [found] = await Promise.all([
      asking.ask((connection) => lostOf(connection, row.hub, mine)),
      this.hearErasures(),
    ]).catch(() => [null])
    if (found === null) return
    // Who has come back to this hub since it asked is its own.
    const lost = found.filter((participant) => owned.wasTakenBefore(participant, takings))
    this.setOthers(true)
    this.#number = number
    tables.forgetParticipants()
    for (const participant of lost) owned.lost(participant)
    if (lost.length > 0) this.#lost.tell(lost)
  }
}

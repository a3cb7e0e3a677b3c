/**
 * From what is decided to what is durable. One group at a time is written, as one statement that is a transaction. When it is written its work is settled and what it appended is announced, in this order, and the next group leaves.
 *
 * A group may be refused, because its rows were not as it found them, or because its connection was lost on the way. Then nothing is known any more: everything in memory is forgotten, and its work and all that was decided on top of it is decided again, in the
 * same order.
 */
import { committedOf } from '../committed.ts'
import type { LedgerListeners } from '../ledger-listeners.ts'
import type { Deciding } from './deciding.ts'
import type { Group } from './group.ts'
import { isReadOnlyGroup } from './group-values.ts'
import type { Fate, GroupWriter } from './group-writer.ts'
import type { Keeper } from './keeper.ts'
import type { Neighbours } from './neighbours.ts'
import type { Positions } from './positions.ts'
import type { Reserving } from './reserving.ts'
import type { Standing } from './standing.ts'
import type { Changes, Tables } from './tables.ts'
import type { Told } from './told.ts'
import { groupStatement } from './write-group.ts'

export interface CommittingParts {
  readonly deciding: Deciding
  readonly tables: Tables
  readonly positions: Positions
  readonly reserving: Pick<Reserving, 'isBusy'>
  readonly writer: Pick<GroupWriter, 'write'>
  readonly keeper: Pick<Keeper, 'connection' | 'isAway'>
  readonly told: Told
  readonly neighbours: Neighbours
  readonly listeners: LedgerListeners
  readonly standing: Pick<Standing, 'isLost' | 'fail'>
  /** What became of a group is known: the next one may leave. */
  ended(): void
  /** A group was not written, and is decided again. */
  redecided(works: number): void
}

/** A group on its way. */
interface Syncing {
  readonly group: Group
  readonly changes: Changes
  /** Nothing is written, and nothing that was answered need be looked at. */
  readonly isEmpty: boolean
  readonly isReadOnly: boolean
}

export class Committing {
  readonly #parts: CommittingParts
  #syncing: Syncing | null = null

  constructor(parts: CommittingParts) {
    this.#parts = parts
  }

  /** Is something decided that is not durable? */
  get isBusy(): boolean {
    return this.#syncing !== null || this.#parts.deciding.gathering.works.length > 0
  }

  /** Below it nothing of this hub is on its way, or still to come: to any queue, and to queues of its own. */
  get firstUnsettled(): { ofAll: number; ofOwn: number } {
    const { deciding, positions } = this.#parts
    const groups = [this.#syncing?.group, deciding.gathering]
    const next = positions.hasLeft ? positions.last + 1 : Number.MAX_SAFE_INTEGER
    return {
      ofAll: Math.min(next, ...groups.map((group) => group?.firstPosition ?? Number.MAX_SAFE_INTEGER)),
      ofOwn: Math.min(...groups.map((group) => group?.firstOwnPosition ?? Number.MAX_SAFE_INTEGER)),
    }
  }

  /** Writes what has gathered, unless a group is on its way. */
  goOn(): void {
    const { deciding, tables, positions, keeper, standing } = this.#parts
    if (this.#syncing !== null || keeper.isAway || deciding.gathering.works.length === 0) return
    const group = deciding.take()
    const changes = tables.takeGroup()
    positions.groupTaken()
    const isReadOnly = isReadOnlyGroup(group, changes)
    const isEmpty = isReadOnly && !changes.hasRead
    const syncing = { group, changes, isEmpty, isReadOnly }
    if (!isEmpty) this.#giveBackWithGroup()
    this.#syncing = syncing
    this.#write(syncing).then(
      (fate) => this.#written(syncing, fate),
      (error) => standing.fail(error),
    )
  }

  /** Positions that nothing waits for need no statement of their own: the group's says from where on this hub still adds. */
  #giveBackWithGroup(): void {
    const { deciding, positions, reserving, told } = this.#parts
    if (told.hasOthers && !deciding.isBusy && !reserving.isBusy) positions.giveBack()
  }

  #write({ group, changes, isEmpty, isReadOnly }: Syncing): Promise<Fate> {
    if (isEmpty) return Promise.resolve({ kind: 'written', below: null })
    const { positions, writer, keeper, listeners } = this.#parts
    if (!isReadOnly) listeners.writeBegan()
    const openFrom = positions.last + 1
    const { told, lastReserved } = group
    return writer.write(
      keeper.connection,
      (signature) => groupStatement({ ...signature, openFrom, told, lastReserved }, group, changes),
      changes.rosters.length + group.erasures.size > 0,
    )
  }

  async #written(syncing: Syncing, fate: Fate): Promise<void> {
    const { told, standing, ended } = this.#parts
    if (fate.kind === 'refused') await told.takeIn(fate.told)
    if (standing.isLost) return
    this.#syncing = null
    if (fate.kind === 'written') this.#settle(syncing, fate.below)
    else this.#redecide(syncing)
    ended()
  }

  #settle({ group, changes, isReadOnly }: Syncing, below: number | null): void {
    const { tables, listeners, neighbours, told } = this.#parts
    tables.synced()
    if (!isReadOnly) listeners.writeEnded(group.works.length)
    for (const { settled } of group.works) settled()
    const appended = neighbours.written(group, below)
    listeners.committed({ ...committedOf(group.appended, changes), appended })
    if (group.appended.byParticipant.size > 0 && told.hasOthers) neighbours.ring()
    if (neighbours.isHolding) neighbours.look()
  }

  /** Forgets all that is not durable, and what was believed to be; its work waits again, in its order. */
  #redecide({ group, isReadOnly }: Syncing): void {
    const { deciding, tables, positions, told, listeners, redecided } = this.#parts
    if (!isReadOnly) listeners.writeEnded(0)
    const works = deciding.waitAgain(group.works)
    tables.forgetGroups()
    if (told.hasOthers) positions.giveBack()
    redecided(works)
  }
}

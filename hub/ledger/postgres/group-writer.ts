/**
 * Writes groups, one at a time, and finds out what became of each. A group is *written* when its commit is confirmed as the durability asks; it is *refused* when its rows were not as it found them. If the connection is lost, or the server warns that a commit
 * need not be where it should be, nobody knows until there is another connection: then the database tells by the group's number.
 */
import type { Clock } from '../../../shared/clock.ts'
import { Fault } from '../../../shared/fault.ts'
import type { Connection, Statement } from './connection.ts'
import { brokenFault, takenFault, troubleOf } from './faults.ts'
import type { Signature } from './group.ts'
import type { Identity } from './hub-row.ts'

/** A group whose commit takes longer makes the hub refuse what is new. */
const SLOW_MS = 6000
/** One that takes so much longer is taken for lost. */
const GIVEN_UP_MS = 14_000
/** Groups in a row that may be refused. Others may be in the way again and again, but not that often: more of them are a mistake of ours. */
const MOST_REFUSED = 100

export interface GroupWriterParts {
  readonly clock: Pick<Clock, 'after'>
  readonly identity: Identity
  /** A commit takes its time, or has been confirmed after all. */
  slow(isSlow: boolean): void
}

interface Unknown {
  readonly number: number
  resolve(fate: Fate): void
}

export type Fate =
  /** `below`: so far others add nothing to queues any more; null if that is not known. */
  | { readonly kind: 'written'; readonly below: number | null }
  /** `told`: what others have told this hub by now; null if that is not known. */
  | { readonly kind: 'refused'; readonly told: number | null }

/** Hubs that must hear of a group before they write again are held up while it is written. All lock their rows in the same order. */
const HOLD_ALL = 'BEGIN; SELECT hub FROM caps.hubs ORDER BY hub FOR UPDATE'
const tellAll = (hub: number): string => `UPDATE caps.hubs SET told = told + 1 WHERE hub <> ${hub}; COMMIT`

export class GroupWriter {
  readonly #parts: GroupWriterParts
  /** The number of the last group that was written. */
  #last = 0
  #refused = 0
  #unknown: Unknown | null = null
  /** What the last new connection has told since the group was begun. */
  #found: number | null = null

  constructor(parts: GroupWriterParts) {
    this.#parts = parts
  }

  /** @param statementOf the group's, with the number that it gets @throws Fault when nothing can be written any more */
  async write(
    connection: Connection,
    statementOf: (signature: Pick<Signature, 'hub' | 'fence' | 'number'>) => Statement,
    isTelling: boolean,
  ): Promise<Fate> {
    const number = this.#last + 1
    const statement = statementOf({ ...this.#parts.identity, number })
    const fate = await this.#try(connection, statement, { number, isTelling })
    this.#refused = fate.kind === 'written' ? 0 : this.#refused + 1
    if (fate.kind === 'written') this.#last = number
    return fate
  }

  async #run(connection: Connection, statement: Statement, isTelling: boolean): Promise<number> {
    if (isTelling) await connection.script(HOLD_ALL)
    const rows = await connection.run<[isWritten: number, below: number]>('writer', statement)
    if (isTelling) await connection.script(tellAll(this.#parts.identity.hub))
    return rows[0]![1]
  }

  async #try(
    connection: Connection,
    statement: Statement,
    { number, isTelling }: { number: number; isTelling: boolean },
  ): Promise<Fate> {
    const stopWatching = this.#watch(connection)
    this.#found = null
    connection.takeWarning()
    try {
      const below = await this.#run(connection, statement, isTelling)
      if (!connection.takeWarning() && !connection.isOver) return { kind: 'written', below }
    } catch (error) {
      const trouble = troubleOf(error)
      if (trouble === 'fault') throw brokenFault(connection.place, error)
      const told = trouble === 'conflict' ? await this.#toldWhenRefused(connection, error, isTelling) : null
      if (told !== null) return { kind: 'refused', told }
    } finally {
      stopWatching()
    }
    connection.cut()
    return new Promise((resolve) => {
      this.#unknown = { number, resolve }
      if (this.#found !== null) this.back(this.#found)
    })
  }

  /** @returns what others have told this hub; null if the connection is lost meanwhile */
  async #toldWhenRefused(connection: Connection, error: unknown, isTelling: boolean): Promise<number | null> {
    if (this.#refused === MOST_REFUSED) throw brokenFault(connection.place, error)
    const { hub, fence } = this.#parts.identity
    const text = 'SELECT fence, told FROM caps.hubs WHERE hub = $1::int8'
    try {
      if (isTelling) await connection.script('ROLLBACK')
      const asked = { name: 'told', text, values: [hub] }
      const [found] = await connection.run<[fence: number, told: number]>('writer', asked)
      if (found?.[0] !== fence) throw takenFault(connection.place)
      return found[1]
    } catch (fault) {
      if (fault instanceof Fault) throw fault
      return null
    }
  }

  /** The server's disk takes its time, or its standby. */
  #watch(connection: Connection): () => void {
    const { clock, slow } = this.#parts
    let isSlow = false
    let stop = clock.after(SLOW_MS, () => {
      isSlow = true
      slow(true)
      stop = clock.after(GIVEN_UP_MS, () => connection.cut())
    })
    return () => {
      stop()
      if (isSlow && !connection.isOver) slow(false)
    }
  }

  /** There is another connection. @param last the number of the last group that was written */
  back(last: number): void {
    const unknown = this.#unknown
    this.#unknown = null
    this.#found = last
    unknown?.resolve(
      unknown.number === last ? { kind: 'written', below: null } : { kind: 'refused', told: null },
    )
  }
}

/**
 * Writes groups, one at a time, and finds out what became of each. A group is *written* when its commit is confirmed as the durability asks; it is *refused* when its rows were not as it found them. If the connection is lost, or the server warns that a commit
 * need not be where it should be, nobody knows until there is another connection: then the database tells by the group's number.
 */
import type { Clock } from '../../../shared/clock.ts'
import type { Connection, Statement } from './connection.ts'
import { brokenFault, takenFault, troubleOf } from './faults.ts'
import { isOurs } from './ownership.ts'
import type { Signature } from './write-group.ts'

/** A group whose commit takes longer makes the hub refuse what is new. */
const SLOW_MS = 6000
/** One that takes so much longer is taken for lost. */
const GIVEN_UP_MS = 14_000
/** Groups in a row that may be refused. Nobody else writes under our fence, so that more of them are a mistake of ours. */
const MOST_REFUSED = 10

export interface GroupWriterParts {
  readonly clock: Pick<Clock, 'after'>
  readonly fence: number
  /** A commit takes its time, or has been confirmed after all. */
  slow(isSlow: boolean): void
}

interface Unknown {
  readonly number: number
  resolve(fate: Fate): void
}

export type Fate = 'written' | 'refused'

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
    statementOf: (signature: Pick<Signature, 'fence' | 'number'>) => Statement,
  ): Promise<Fate> {
    const number = this.#last + 1
    const statement = statementOf({ fence: this.#parts.fence, number })
    const fate = await this.#try(connection, statement, number)
    this.#refused = fate === 'written' ? 0 : this.#refused + 1
    if (fate === 'written') this.#last = number
    return fate
  }

  async #try(connection: Connection, statement: Statement, number: number): Promise<Fate> {
    const stopWatching = this.#watch(connection)
    this.#found = null
    connection.takeWarning()
    try {
      await connection.run('writer', statement)
      if (!connection.takeWarning() && !connection.isOver) return 'written'
    } catch (error) {
      const trouble = troubleOf(error)
      if (trouble === 'fault') throw brokenFault(connection.place, error)
      if (trouble === 'conflict' && (await this.#isRefused(connection, error))) return 'refused'
    } finally {
      stopWatching()
    }
    connection.cut()
    return new Promise((resolve) => {
      this.#unknown = { number, resolve }
      if (this.#found !== null) this.back(this.#found)
    })
  }

  /** @returns false if the connection is lost meanwhile */
  async #isRefused(connection: Connection, error: unknown): Promise<boolean> {
    if (this.#refused === MOST_REFUSED) throw brokenFault(connection.place, error)
    const found = await isOurs(connection, this.#parts.fence).catch(() => null)
    if (found === false) throw takenFault(connection.place)
    return found !== null
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
    unknown?.resolve(unknown.number === last ? 'written' : 'refused')
  }
}

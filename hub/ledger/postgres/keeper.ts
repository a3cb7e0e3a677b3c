/**
 * Keeps a hub connected to its database. When the connection is lost, it makes another one, after pauses that grow and are never quite the same, until it holds the lock and its fence again; whoever reads meanwhile waits. It gives up only when another hub has
 * taken over, or when the server is no longer one on which a hub can keep its promises.
 *
 * connected -> away -> connected | over
 */

import type { Clock } from '../../../shared/clock.ts'
import { Fault } from '../../../shared/fault.ts'
import { nextDelayMs } from '../../../shared/link/backoff.ts'
import { Connection, type DatabaseOptions } from './connection.ts'
import { takenFault, troubleOf } from './faults.ts'
import {
  type Identity,
  isOurs,
  leave,
  lockNumber,
  type Patience,
  processOf,
  resume,
  shareSchema,
} from './hub-row.ts'

export interface KeeperParts {
  readonly options: DatabaseOptions
  readonly clock: Pick<Clock, 'after'>
  /** From 0 to 1. */
  readonly random: () => number
  readonly identity: Identity
}

export interface KeeperListener {
  /** There is no connection. Told again only after `back`. */
  away(reason: string): void
  /** There is one. @param lastGroup the number of the last group that was written under this fence */
  back(lastGroup: number): void
  /** There will be none. */
  over(fault: Fault): void
}

/** The server notices within a moment that the hub's old connection has ended. */
const LOCK_TRIES = 5
const LOCK_PAUSE_MS = 200
/** A standby that is waited for may be away as well. */
const LONGEST_RESUME_MS = 30_000

export const patience = (clock: Pick<Clock, 'after'>, tries: number): Patience => ({
  tries,
  pause: () => new Promise((resolve) => clock.after(LOCK_PAUSE_MS, resolve)),
})

export class Keeper {
  readonly #parts: KeeperParts
  readonly #listener: KeeperListener
  #connection: Connection
  /** The server's number for the connection that writes. */
  #process: number
  #isOver = false
  #attempt = 0
  #waiting: (() => void)[] = []
  #cancel = () => {}

  /** @param connection with the lock and the fence */
  constructor(
    parts: KeeperParts,
    connection: Connection,
    { process, listener }: { process: number; listener: KeeperListener },
  ) {
    this.#parts = parts
    this.#listener = listener
    this.#connection = connection
    this.#process = process
    connection.onLost((error) => this.#lost(connection, error))
  }

  get place(): string {
    return this.#connection.place
  }

  /** The connection; it may just have been lost. */
  get connection(): Connection {
    return this.#connection
  }

  get isAway(): boolean {
    return this.#connection.isOver
  }

  /** Resolves when there is a connection, or will be none any more. */
  async untilBack(): Promise<void> {
    while (this.isAway && !this.#isOver) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  #lost(connection: Connection, { message }: Error): void {
    if (connection !== this.#connection || this.#isOver) return
    this.#attempt = 0
    this.#listener.away(message)
    this.#tryAgain()
  }

  #tryAgain(): void {
    if (this.#isOver) return
    this.#attempt += 1
    const { clock, random } = this.#parts
    this.#cancel = clock.after(nextDelayMs(this.#attempt, random()), () => {
      this.#reconnect().then(
        (isBack) => isBack || this.#tryAgain(),
        (error: unknown) => this.#failed(error),
      )
    })
  }

  /** @returns false if it is to be tried again @throws Fault if it never will come about */
  async #reconnect(): Promise<boolean> {
    const { options, clock } = this.#parts
    const connection = await Connection.open(options, clock)
    const cancel = clock.after(LONGEST_RESUME_MS, () => connection.cut())
    try {
      const lastGroup = await this.#resume(connection)
      return this.#isBack(connection, lastGroup)
    } catch (error) {
      connection.cut()
      throw error
    } finally {
      cancel()
    }
  }

  /** @returns the number of the last group that was written */
  async #resume(connection: Connection): Promise<number> {
    const { clock, identity } = this.#parts
    const wait = patience(clock, LOCK_TRIES)
    const process = await processOf(connection)
    if (!(await shareSchema(connection, wait))) throw new Error('the schema is being changed')
    const lock = { hub: identity.hub, patience: wait, ghost: this.#process }
    if (await lockNumber(connection, lock)) {
      // From now on this one is what the server may not yet have lost, if it is lost here.
      this.#process = process
      return resume(connection, identity)
    }
    if (await isOurs(connection, identity)) throw new Error('somebody else holds the lock')
    throw takenFault(connection.place)
  }

  #isBack(connection: Connection, lastGroup: number): boolean {
    if (this.#isOver || connection.isOver) {
      connection.cut()
      return this.#isOver
    }
    this.#connection = connection
    connection.onLost((error) => this.#lost(connection, error))
    for (const resolve of this.#waiting.splice(0)) resolve()
    this.#listener.back(lastGroup)
    return true
  }

  #failed(error: unknown): void {
    if (isTaken(error)) this.#end(error)
    else this.#tryAgain()
  }

  #end(fault: Fault): void {
    if (this.#isOver) return
    this.#isOver = true
    for (const resolve of this.#waiting.splice(0)) resolve()
    this.#listener.over(fault)
  }

  /** Runs `query` on the connection, again on the next one if it is lost meanwhile. @throws what the server says; Fault when there will be none */
  async reading<T>(query: (connection: Connection) => Promise<T>): Promise<T> {
    for (;;) {
      await this.untilBack()
      if (this.#isOver) throw new Fault('closed', 'The ledger is closed.')
      const connection = this.#connection
      try {
        return await query(connection)
      } catch (error) {
        if (troubleOf(error) !== 'lost') throw error
        connection.cut()
      }
    }
  }

  async close(): Promise<void> {
    this.#isOver = true
    this.#cancel()
    for (const resolve of this.#waiting.splice(0)) resolve()
    await leave(this.#connection, this.#parts.identity)
    await this.#connection.close()
  }
}

const isTaken = (error: unknown): error is Fault => error instanceof Fault && error.code === 'in-use'

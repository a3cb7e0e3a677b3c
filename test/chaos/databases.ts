/**
 * The PostgreSQL of a run: a primary, a synchronous standby if there is to be one, and a gate before the primary for every hub. When the primary is lost, the standby takes its place, all gates lead there, and a new standby is made of it; until that one is
 * there no commit is confirmed, since the one that was promoted waits for a standby as well.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { postgresPrograms } from '../../bin/postgres/programs.ts'
import { PostgresServer, type Settings } from '../../bin/postgres/server.ts'
import { Fault } from '../../shared/fault.ts'
import { Gate } from './gate.ts'

const SETTINGS: Settings = {
  wal_keep_size: '256MB',
  // A standby that has lost its primary for a moment comes back soon.
  wal_retrieve_retry_interval: '200ms',
}
const WITH_STANDBY: Settings = { synchronous_standby_names: '*' }

export interface DatabasesOptions {
  /** Where their folders are made. */
  readonly place: string
  readonly hasStandby: boolean
  readonly hubs: readonly string[]
  logged(line: string): void
}

export class Databases {
  readonly gates: ReadonlyMap<string, Gate>
  #primary: PostgresServer
  #standby: PostgresServer | null
  #isClosed = false

  private constructor(
    gates: ReadonlyMap<string, Gate>,
    servers: { primary: PostgresServer; standby: PostgresServer | null },
  ) {
    this.gates = gates
    this.#primary = servers.primary
    this.#standby = servers.standby
  }

  static async open({ place, hasStandby, hubs, logged }: DatabasesOptions): Promise<Databases> {
    const programs = postgresPrograms()
    if (programs === null)
      throw new Fault('configuration', 'There are no PostgreSQL server programs on this machine.')
    const settings = { ...SETTINGS, ...(hasStandby ? WITH_STANDBY : {}) }
    const primary = await PostgresServer.start({ programs, settings, place, logged })
    const standby = hasStandby ? await primary.standby() : null
    const gates = new Map<string, Gate>()
    for (const hub of hubs) gates.set(hub, await Gate.open(primary.port))
    return new Databases(gates, { primary, standby })
  }

  urlFor(hub: string): string {
    const url = new URL(this.#primary.url())
    url.port = String(this.gates.get(hub)!.port)
    return url.href
  }

  /** In good order, or as a crash ends it; nobody reaches it meanwhile. */
  async restart(how: 'stop' | 'crash', downMs: number): Promise<void> {
    await this.#primary[how]()
    await pause(downMs)
    if (!this.#isClosed) await this.#primary.run()
  }

  /** The primary's machine is lost, with all that it had. */
  async failOver(): Promise<void> {
    const lost = this.#primary
    const next = this.#standby!
    for (const gate of this.gates.values()) gate.shut('reset')
    await lost.crash()
    await next.promote()
    this.#primary = next
    for (const gate of this.gates.values()) gate.lead(next.port)
    if (this.#isClosed) return
    this.#standby = await next.standby()
    await lost.remove()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const gate of this.gates.values()) await gate.close()
    await this.#standby?.remove()
    await this.#primary.remove()
  }
}

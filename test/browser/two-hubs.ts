/** A company on two hubs of one database, all of them processes: its stores are at the hub that is looked at, its drivers at the other one. */
import { type CapsProcess, startCaps, startCapsWith } from '../support/caps-process.ts'
import { type HubProcess, readyHub } from '../support/hub-process.ts'
import { ownPostgres, type PostgresServer } from '../support/postgres.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { endNow } from './company.ts'

const startHubOn = (server: PostgresServer): Promise<HubProcess> =>
  readyHub(startCapsWith({ CAPS_DATABASE_URL: server.url('postgres') }, 'hub', '--port', '0'))

const startActor = async ({ url }: HubProcess, ...args: readonly string[]): Promise<CapsProcess> => {
  const actor = startCaps(...args, '--url', url, '--data-dir', temporaryFolder())
  await actor.line('connected to the hub')
  return actor
}

export class TwoHubs {
  readonly #server: PostgresServer
  readonly #here: HubProcess
  readonly #there: HubProcess
  #actors: readonly CapsProcess[] = []

  private constructor(server: PostgresServer, here: HubProcess, there: HubProcess) {
    this.#server = server
    this.#here = here
    this.#there = there
  }

  static async start(): Promise<TwoHubs> {
    const server = await ownPostgres()
    // One after the other: the first makes the tables.
    const hubs = new TwoHubs(server, await startHubOn(server), await startHubOn(server))
    await hubs.#open()
    return hubs
  }

  async #open(): Promise<void> {
    this.#actors = await Promise.all([
      startActor(this.#here, 'vendor', '--store', 'acme', '--rate', '3', '--seed', '1'),
      ...['d-1', 'd-2'].map((id) =>
        startActor(this.#there, 'driver', '--id', id, '--travel-ms', '400', '--capacity', '20'),
      ),
    ])
  }

  /** Of the hub that is looked at. */
  get url(): string {
    return this.#here.url
  }

  killOther(): Promise<void> {
    return endNow(this.#there)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#actors, this.#here, this.#there].map(endNow))
    await this.#server.remove()
  }
}

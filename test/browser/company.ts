/** A company for the browser to look at: a hub, tills and drivers as processes of their own, which can be killed and started again. */
import { type CapsProcess, startCaps } from '../support/caps-process.ts'
import { type HubProcess, startHub } from '../support/hub-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** With room for one who is away, and without a pause that would hide what happens. */
const HUB_FLAGS = ['--driver-grace-ms', '1000', '--retry-delay-ms', '100', '--longest-retry-delay-ms', '500']

/** Without a word to it. */
export const endNow = async ({ child }: CapsProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('close', resolve))
  child.kill('SIGKILL')
  await ended
}

export class Company {
  readonly #folder = temporaryFolder()
  readonly #actors = new Map<string, CapsProcess>()
  #hub: HubProcess | null = null

  get url(): string {
    return this.#hub!.url
  }

  /** Takes the port that it had, when it is started again. */
  async startHub(): Promise<void> {
    this.#hub = await startHub(this.#folder, this.#hub?.port ?? 0, ...HUB_FLAGS)
  }

  async start(name: string, program: 'vendor' | 'driver', ...flags: readonly string[]): Promise<void> {
    const actor = startCaps(program, '--url', this.url, '--data-dir', this.#folder, ...flags)
    this.#actors.set(name, actor)
    await actor.line('connected to the hub')
  }

  has(name: string): boolean {
    return this.#actors.has(name)
  }

  async kill(name: string): Promise<void> {
    await endNow(this.#actors.get(name)!)
    this.#actors.delete(name)
  }

  async killHub(): Promise<void> {
    await endNow(this.#hub!)
  }

  /** Everybody, without a word to them: their folder goes with them. */
  async close(): Promise<void> {
    const all = [...this.#actors.values(), ...(this.#hub === null ? [] : [this.#hub])]
    await Promise.all(all.map(endNow))
  }
}

/** Two stores and two drivers at work. */
export const startCompany = async (): Promise<Company> => {
  const company = new Company()
  await company.startHub()
  await Promise.all([
    company.start('acme', 'vendor', '--store', 'acme', '--rate', '3', '--seed', '1'),
    company.start('flowers', 'vendor', '--store', 'flowers', '--rate', '1', '--seed', '1'),
    ...['d-1', 'd-2'].map((id) =>
      company.start(id, 'driver', '--id', id, '--travel-ms', '400', '--capacity', '20'),
    ),
  ])
  return company
}

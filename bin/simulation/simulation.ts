/**
 * One simulation, from the first process to the last: starts the fleet, says who has ended and how to start it again, ends when a counted run is
 * complete, when an actor cannot even begin, or when nobody is left, and then stops everybody: vendors and drivers first, while the hub still takes what
 * they owe.
 */
import { systemClock } from '../../shared/clock.ts'
import { EXIT } from '../../shared/exit-codes.ts'
import { Fault } from '../../shared/fault.ts'
import { type Books, gapsIn, summaryLines } from './books.ts'
import { booksOf, untilComplete } from './counted-run.ts'
import { type ActorEnd, Fleet, type FleetOptions } from './fleet.ts'
import type { ActorPlan, Plan } from './plan.ts'
import { countOf, deathLines, type End, endText, fatalCodeOf } from './wording.ts'

export interface SimulationParts
  extends Pick<FleetOptions, 'entry' | 'environment' | 'makeToken' | 'output'> {
  /** Runs a program of ours, its name to follow; for the commands that are shown. */
  readonly starter: string
  /** Do the hubs find a database by the launcher's own environment? */
  readonly hasDatabase: boolean
  /** When orders may begin: they would wait for hubs that start. */
  readonly hubsReady: Promise<void>
  /** Prints a line of the summary. */
  print(line: string): void
}

export class Simulation {
  readonly #plan: Plan
  readonly #parts: SimulationParts
  readonly #fleet: Fleet
  readonly #startMs = systemClock.now()
  #running: number
  #isStopping = false
  #hasLostActor = false
  #hasLostHub = false
  #fail: (fault: Fault) => void = () => {}
  /** Resolves when a counted run has ended; rejects with the Fault that ends the simulation. */
  readonly ended: Promise<void>

  constructor(plan: Plan, parts: SimulationParts) {
    this.#plan = plan
    this.#parts = parts
    const actors = [...plan.hubs, ...plan.vendors, ...plan.drivers]
    this.#running = actors.length
    this.#fleet = new Fleet({ ...parts, actors, ended: (end) => this.#actorEnded(end) })
    this.ended = new Promise((resolve, reject) => {
      this.#fail = reject
      void this.#counted()?.then(resolve, reject)
    })
  }

  start(): void {
    const { hubs, vendors, drivers } = this.#plan
    this.#fleet.start([...hubs, ...drivers])
    void this.#parts.hubsReady.then(() => {
      if (!this.#isStopping) this.#fleet.start(vendors)
    })
    // A hub alone is one that cannot listen: it says so itself.
    if (vendors.length > 0) this.#fleet.say(this.#greeting())
  }

  /** Has an actor ended that was not asked to? Somebody may have started it again since. */
  get hasLostActor(): boolean {
    return this.#hasLostActor
  }

  /**
   * Stops everybody and prints the summary of a counted run.
   * @throws Fault `incomplete` when anything is missing in it
   */
  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#fleet.stop([...this.#plan.vendors, ...this.#plan.drivers])
    await this.#fleet.stop(this.#plan.hubs)
    await this.#tellSummary()
  }

  /** At once; for a launcher that is about to vanish. */
  kill(): void {
    this.#isStopping = true
    this.#fleet.killAll()
  }

  #counted(): Promise<void> | null {
    const { counted } = this.#plan
    if (counted === null) return null
    return untilComplete({ ...this.#plan, counted }, () => this.#books(), {
      clock: systemClock,
      askForReports: () => this.#fleet.askForReports(),
    })
  }

  #books(): Promise<Books> {
    return booksOf(this.#plan, this.#fleet, this.#hasLostHub)
  }

  #greeting(): string {
    const { counted, hubs, vendors, drivers, place, url } = this.#plan
    const stores = new Set(vendors.map(({ store }) => store)).size
    const tills = `${countOf(vendors.length, 'till')} of ${countOf(stores, 'store')}`
    const few = hubs.length === 1 ? 'a hub' : countOf(hubs.length, 'hub')
    const fleet = `${few}, ${tills}, ${countOf(drivers.length, 'driver')}, data in ${place}`
    return counted === null
      ? `${fleet}; look at them at ${url}/, Ctrl-C ends them all`
      : `${fleet}; ${counted.orders} orders with seed ${counted.seed}`
  }

  #actorEnded({ plan, end, wasAsked }: ActorEnd): void {
    this.#running -= 1
    if (wasAsked) {
      if (end !== EXIT.ok) this.#fleet.say(`${plan.name} has not stopped as it should: ${endText(end)}`)
      return
    }
    this.#hasLostActor = true
    this.#hasLostHub ||= plan.program === 'hub'
    const code = fatalCodeOf(plan, end, this.#plan.hubs.length)
    if (code === null) this.#tellDeath(plan, end)
    else this.#fail(new Fault(code, `The simulation cannot go on: ${plan.name} has ended (${endText(end)}).`))
  }

  #tellDeath(plan: ActorPlan, end: End): void {
    const { starter, makeToken, hasDatabase } = this.#parts
    for (const line of deathLines(plan, end, { starter, hasTokens: makeToken !== null, hasDatabase }))
      this.#fleet.say(line)
    if (this.#running === 0) this.#fail(new Fault('all-ended', 'The simulation has ended: no actor is left.'))
  }

  async #tellSummary(): Promise<void> {
    const { counted } = this.#plan
    if (counted === null) return
    const books = await this.#books()
    for (const line of summaryLines(counted, books, systemClock.now() - this.#startMs))
      this.#parts.print(line)
    const gaps = gapsIn(books)
    if (gaps.length > 0)
      throw new Fault('incomplete', `The run is not complete:\n${gaps.map((gap) => `  ${gap}`).join('\n')}`)
  }
}

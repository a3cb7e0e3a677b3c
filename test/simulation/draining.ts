/** The end of a world: everybody is well, and everything that is owed must come to rest in time; then the dead letters and the books are looked at. */
import { FLEET, orderKey, type ParticipantId } from '../../shared/ids.ts'
import { orphansIn } from '../support/accounts.ts'
import type { Letters } from './checks/ending.ts'
import type { HubLife } from './hub-process.ts'
import type { Stage } from './stage.ts'

const DRAIN_MS = 30_000
const LOOK_MS = 250
const ALL = { after: 0, limit: 10_000 }

export class Draining {
  readonly #stage: Stage
  #isDrained = false

  constructor(stage: Stage) {
    this.#stage = stage
  }

  /** Resolves when all is drained and checked, or something was wrong. */
  async run(): Promise<void> {
    const { time, checker } = this.#stage
    const deadlineMs = time.nowMs + DRAIN_MS + this.#waitsMs()
    this.#look()
    await time.run(() => this.#isDrained || checker.isBroken || time.nowMs > deadlineMs)
    if (checker.isBroken) return
    if (!this.#isDrained) checker.report('drained', await this.#whatIsLeft())
    checker.checkEnding(await this.letters())
    for (const fault of await this.#booksFaults()) checker.report('books agree', fault)
  }

  /** Of the fleet and of everybody. */
  async letters(): Promise<Letters[]> {
    const all: Letters[] = []
    for (const participant of [FLEET, ...this.#stage.actors.map((actor) => actor.participant)]) {
      const { deadLetters } = this.#life.hub.upkeep
      all.push({
        participant,
        letters: await this.#atRest(deadLetters.list(participant as ParticipantId, ALL)),
      })
    }
    return all
  }

  /** Replays all dead letters, twice: the second time there is none. */
  async replay(): Promise<void> {
    const { deadLetters } = this.#life.hub.upkeep
    for (const { participant, letters } of await this.letters()) {
      const positions = letters.map(({ position }) => position)
      const replay = () => this.#atRest(deadLetters.replay(participant as ParticipantId, positions))
      const replayed = [await replay(), await replay()]
      if (String(replayed) !== String([positions.length, 0]))
        this.#stage.checker.report(
          'replayed once',
          `${replayed} of ${positions.length} letters of ${participant}`,
        )
    }
  }

  get #life(): HubLife {
    const { life } = this.#stage.hub
    if (life === null) throw new Error('the hub is not there when all should be well')
    return life
  }

  /** What settings impose: a handler that hung, a connection that nobody has noticed to be dead, an order that nobody carries on. */
  #waitsMs(): number {
    const { ackTimeoutMs, pingIntervalMs, pingTimeoutMs, driverGraceMs, assignmentMs } =
      this.#stage.plan.options
    return ackTimeoutMs + pingIntervalMs + pingTimeoutMs + driverGraceMs + assignmentMs
  }

  #look(): void {
    this.#stage.time.after(LOOK_MS, () => {
      if (this.#isDrained) return
      this.#look()
      void this.#looksDrained().then((isDrained) => {
        this.#isDrained ||= isDrained
      })
    })
  }

  async #looksDrained(): Promise<boolean> {
    const { hub, actors, checker } = this.#stage
    if (hub.life === null || !actors.every(({ isDone }) => isDone)) return false
    if ((await hub.life.hub.owed()).owed > 0) return false
    const dead = await hub.life.hub.upkeep.deadLetters.list(FLEET, ALL)
    const keys = new Set(dead.map(({ payload }) => orderKey(payload.store, payload.orderId)))
    return checker.undelivered.every((order) => keys.has(order))
  }

  async #whatIsLeft(): Promise<string> {
    const { actors, checker } = this.#stage
    const busy = actors.filter(({ isDone }) => !isDone).map(({ participant }) => participant)
    const { owed } = await this.#atRest(this.#life.hub.owed())
    return `the hub owes ${owed}; not done: ${busy.join(', ') || 'nobody'}; undelivered: ${checker.undelivered.join(', ') || 'none'}`
  }

  #booksFaults(): Promise<string[]> {
    const { checker } = this.#stage
    const turning = <R>(promise: Promise<R>) => this.#atRest(promise)
    return orphansIn({ ledger: this.#life.ledger, orders: checker.orders, turning })
  }

  /** Time goes on until it is there. */
  async #atRest<T>(promise: Promise<T>): Promise<T> {
    let isThere = false
    void promise.then(() => {
      isThere = true
    })
    await this.#stage.time.run(() => isThere)
    return promise
  }
}

/** What goes wrong with processes and their machines. */
import type { ActorProcess } from './actor-process.ts'
import type { Dice } from './dice.ts'
import type { HubProcess } from './hub-process.ts'
import type { NetworkFaultParts } from './network-faults.ts'

export interface ProcessFaultParts extends NetworkFaultParts {
  readonly hub: HubProcess
  readonly actors: readonly ActorProcess[]
}

const MINUTE_MS = 60_000

const clockStepMs = (dice: Dice): number =>
  dice.oneOf([1, -1]) * dice.oneOf([dice.whole(500, 5000), dice.whole(MINUTE_MS, 120 * MINUTE_MS)])

export class ProcessFaults {
  readonly #parts: ProcessFaultParts
  /** How long those are to be away of whom it is not left to chance. */
  readonly #absencesMs = new Map<ActorProcess, number>()
  #hubRestarts = 0

  constructor(parts: ProcessFaultParts) {
    this.#parts = parts
  }

  get hubRestarts(): number {
    return this.#hubRestarts
  }

  killHub(fault = 'hub killed'): void {
    const { hub, dice, time, trouble, happened } = this.#parts
    if (hub.life === null) return
    const { unsynced, isSyncing } = hub.disk
    const isPowerLost = dice.chance(0.5)
    const kept = isPowerLost ? dice.whole(0, unsynced) : unsynced
    happened(fault, `${kept} of ${unsynced} unsynced writes survive`)
    if (isSyncing && kept < unsynced) trouble.effected('unsynced writes lost')
    hub.kill(kept, () => this.#noticedMs(isPowerLost))
    const ended = trouble.begin()
    time.after(dice.whole(20, 4000), () => this.#startHub(ended))
  }

  /** The hub is killed in the moment that matters; it counts when it is. */
  trapHub(): void {
    this.#parts.hub.trap ??= this.#parts.dice.oneOf(['syncing', 'synced'] as const)
  }

  stopHub(): void {
    const { hub, dice, time, trouble, happened } = this.#parts
    if (hub.life === null) return
    happened('hub stopped', 'in good order')
    const ended = trouble.begin()
    void hub.stop().then(() => time.after(dice.whole(20, 3000), () => this.#startHub(ended)))
  }

  #startHub(ended: () => void): void {
    ended()
    this.#hubRestarts += 1
    this.#parts.hub.start()
  }

  /** A machine without power tells nobody. */
  #noticedMs(isPowerLost: boolean): number {
    const { dice, plan } = this.#parts
    const { pingIntervalMs, pingTimeoutMs } = plan.options
    return isPowerLost ? dice.whole(pingTimeoutMs, pingIntervalMs + pingTimeoutMs) : dice.whole(0, 20)
  }

  killActor(): void {
    const actor = this.#somebody()
    if (actor === null) return
    this.#parts.happened('actor killed', actor.participant)
    actor.kill(false)
  }

  cutPower(): void {
    const actor = this.#somebody()
    if (actor === null) return
    if (actor.unsynced > 0) this.#parts.trouble.effected('unsynced outbox writes lost')
    this.#parts.happened('actor without power', actor.participant)
    actor.kill(true)
  }

  stopActor(): void {
    const actor = this.#somebody()
    if (actor === null) return
    this.#parts.happened('actor stopped', actor.participant)
    void actor.stop()
  }

  /** Another machine connects as somebody who is connected. */
  takeOver(): void {
    const { network, happened } = this.#parts
    const actor = this.#somebody()
    if (actor === null || actor.hasGuest || network.openWires(actor.participant).length === 0) return
    happened('takeover', actor.participant)
    actor.startGuest()
  }

  stayAway(): void {
    const { plan, dice, happened } = this.#parts
    const actor = this.#somebody()
    if (!plan.hasExpiry || actor === null || actor.hasGuest) return
    happened('away until its session expires', actor.participant)
    const { sessionExpiryMs, upkeepPeriodMs } = plan.options
    this.#absencesMs.set(actor, sessionExpiryMs + dice.whole(0, 2 * upkeepPeriodMs + 3000))
    actor.kill(false)
  }

  /** A driver never comes back; there is another one, and one is enough. */
  quit(): void {
    const { actors, dice, happened } = this.#parts
    const drivers = actors.filter(({ plan }) => plan.role === 'driver')
    const mayQuit = drivers.filter(({ isUp, hasGuest }) => isUp && !hasGuest)
    if (drivers.length < 2 || mayQuit.length === 0 || drivers.some(({ isGone }) => isGone)) return
    const driver = dice.oneOf(mayQuit)
    happened('driver gone for good', driver.participant)
    driver.quit()
  }

  /** Somebody sets a wall clock; it counts when the next process goes by it. */
  setClock(): void {
    const { plan, dice, hub, actors, say } = this.#parts
    if (!plan.hasClockJumps) return
    const victim = dice.chance(0.6) ? hub : dice.oneOf(actors)
    const byMs = clockStepMs(dice)
    victim.wall.offsetMs += byMs
    say(`the clock of ${victim.participant} is set by ${byMs} ms`)
  }

  /** Its own process is gone, whatever has ended it: somebody starts it again. */
  actorEnded(actor: ActorProcess): void {
    const { dice, time, trouble } = this.#parts
    const absenceMs =
      this.#absencesMs.get(actor) ?? (dice.chance(0.3) ? dice.whole(3000, 8000) : dice.whole(50, 3000))
    this.#absencesMs.delete(actor)
    const ended = trouble.begin()
    time.after(absenceMs, () => {
      ended()
      actor.start()
    })
  }

  #somebody(): ActorProcess | null {
    const up = this.#parts.actors.filter(({ isUp }) => isUp)
    return up.length === 0 ? null : this.#parts.dice.oneOf(up)
  }
}

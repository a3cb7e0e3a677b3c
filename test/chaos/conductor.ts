/**
 * Conducts a run: lets the tills make orders, strikes when as many are made as the plan says, and waits in the end until nothing is owed any more. Orders and blows wait for each other: no more
 * orders than up to the next kills and some beyond, so that there is work under way at every blow; at most three processes are down at a time, so that the others go on; a hub is
 * killed only when half of the actors have found one again, or its kills would hit nothing; one thing at a time is done to the database.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { type ClusterBlows, type Cut, DATABASE, type DatabaseBlow } from './cluster-plan.ts'
import type { Blow, Blows, Kill } from './plan.ts'
import { nowMs } from './records.ts'
import type { Stage } from './stage.ts'

const TICK_MS = 10
const REPORT_EVERY_TICKS = 15
const MOST_DOWN = 3
/** Entries that the hub may owe before tills are permitted more orders. */
const MOST_OWED = 500
const ORDERS_A_PERMIT = 20
/** A till that has fewer permitted orders left gets more. */
const FEW_LEFT = 10
const LEAST_BEYOND = 60
const START_LIMIT_MS = 180_000
const STUCK_LIMIT_MS = 90_000
const DRAIN_LIMIT_MS = 30_000
const ROUND_MS = 150

export interface Progress {
  readonly made: number
  readonly orders: number
  readonly kills: number
  readonly pauses: number
  readonly cuts: number
  readonly hubCuts: number
  readonly databaseHits: number
}

/** The blows of one list, one after the other. */
class Line<B extends Blow> {
  readonly #blows: readonly B[]
  #next = 0

  constructor(blows: readonly B[]) {
    this.#blows = blows
  }

  /** Null when all have fallen. */
  get next(): B | null {
    return this.#blows[this.#next] ?? null
  }

  take(): void {
    this.#next += 1
  }
}

export class Conductor {
  readonly #stage: Stage
  readonly #orders: number
  readonly #hubKills: Line<Kill>
  readonly #actorKills: Line<Kill>
  readonly #pauses: Line<Blows['pauses'][number]>
  readonly #cuts: Line<Cut>
  readonly #databaseBlows: Line<DatabaseBlow>
  readonly #beyond: number
  readonly #permits = new Map<string, number>()
  #permitted = 0
  /** Who was killed and is not yet up again for good. */
  readonly #struck = new Set<string>()
  #paused = 0
  #cut = 0
  #owed = 0
  #asked = 0

  constructor(stage: Stage, orders: number, blows: Blows & ClusterBlows) {
    this.#stage = stage
    this.#orders = orders
    this.#hubKills = new Line(blows.hubKills)
    this.#actorKills = new Line(blows.actorKills)
    this.#pauses = new Line(blows.pauses)
    this.#cuts = new Line(blows.cuts)
    this.#databaseBlows = new Line(blows.databaseBlows)
    const kills = blows.hubKills.length + blows.actorKills.length
    this.#beyond = Math.max(LEAST_BEYOND, Math.ceil((3 * orders) / (kills + 1)))
    for (const { participant, makes } of stage.roles) if (makes) this.#permits.set(participant, 0)
  }

  /** @param told called every now and then @returns when all is drained, or it is certain that it never will be in time */
  async conduct(told: (progress: Progress) => void): Promise<void> {
    await this.#everybodyThere()
    this.#stage.beginFaults()
    let lastMoveMs = nowMs()
    let before = ''
    for (let tick = 0; !this.#isOver; tick += 1) {
      this.#step(tick)
      const { made, counts } = this.#stage
      const progress = { made, orders: this.#orders, ...counts }
      if (tick % 100 === 0) told(progress)
      if (JSON.stringify(progress) !== before) lastMoveMs = nowMs()
      before = JSON.stringify(progress)
      if (this.#stage.trouble !== null) return this.#giveUp(this.#stage.trouble)
      if (nowMs() - lastMoveMs > STUCK_LIMIT_MS) return this.#giveUp(`nothing moves any more: ${before}`)
      await pause(TICK_MS)
    }
    this.#stage.endFaults()
    await this.#drain()
  }

  #giveUp(why: string): void {
    this.#stage.endFaults()
    this.#stage.write([nowMs(), 'not-drained', why])
  }

  /** Only who is known to the hub has a queue: nothing is ordered before. */
  async #everybodyThere(): Promise<void> {
    const deadlineMs = nowMs() + START_LIMIT_MS
    while (this.#stage.connected < this.#stage.roles.length) {
      if (nowMs() > deadlineMs) throw new Error('Not everybody could connect at the start; see the logs.')
      await pause(TICK_MS)
    }
  }

  get #lines(): readonly Line<Blow>[] {
    return [this.#hubKills, this.#actorKills, this.#pauses, this.#cuts, this.#databaseBlows]
  }

  get #isOver(): boolean {
    const isToCome = this.#lines.some(({ next }) => next !== null)
    const isBusy = isToCome || this.#struck.size > 0 || this.#paused > 0 || this.#cut > 0
    return !isBusy && this.#permitted === this.#orders && this.#stage.made >= this.#orders
  }

  #step(tick: number): void {
    if (tick % REPORT_EVERY_TICKS === 0) {
      this.#owed = this.#stage.owed ?? this.#owed
      this.#stage.askHubs()
    }
    this.#killHub()
    this.#killActor()
    this.#pause()
    this.#cutHub()
    this.#hitDatabase()
    this.#permit()
  }

  #isDue(blow: Blow | null): blow is Blow {
    return blow !== null && this.#stage.made >= blow.atOrder
  }

  #killHub(): void {
    const kill = this.#hubKills.next
    if (!this.#isDue(kill) || this.#struck.has(kill.victim)) return
    if (this.#stage.connected * 2 < this.#stage.roles.length) return
    this.#hubKills.take()
    void this.#strike(kill)
  }

  #killActor(): void {
    const kill = this.#actorKills.next
    if (!this.#isDue(kill) || this.#struck.size >= MOST_DOWN || this.#struck.has(kill.victim)) return
    this.#actorKills.take()
    void this.#strike(kill)
  }

  async #strike({ victim, downMs, againAfterMs }: Kill): Promise<void> {
    this.#struck.add(victim)
    await this.#killAndStart(victim, downMs)
    if (againAfterMs !== null) {
      await pause(againAfterMs)
      await this.#killAndStart(victim, downMs)
    }
    this.#struck.delete(victim)
  }

  async #killAndStart(victim: string, downMs: number): Promise<void> {
    await this.#stage.kill(victim)
    await pause(downMs)
    this.#stage.start(victim)
    const permit = this.#permits.get(victim)
    if (permit !== undefined) this.#stage.member(victim).say({ permit })
  }

  #pause(): void {
    const blow = this.#pauses.next
    if (!this.#isDue(blow)) return
    const member = this.#stage.member(blow.victim)
    if (!member.isUp || member.isPaused) return
    this.#pauses.take()
    this.#paused += 1
    void this.#stage.pause(blow.victim, blow.lastsMs).then(() => {
      this.#paused -= 1
    })
  }

  #cutHub(): void {
    const cut = this.#cuts.next
    if (!this.#isDue(cut) || this.#stage.isCut(cut)) return
    this.#cuts.take()
    this.#cut += 1
    void this.#stage.cutHub(cut).then(() => {
      this.#cut -= 1
    })
  }

  #hitDatabase(): void {
    const blow = this.#databaseBlows.next
    if (!this.#isDue(blow) || this.#struck.has(DATABASE)) return
    this.#databaseBlows.take()
    this.#struck.add(DATABASE)
    this.#stage.hitDatabase(blow).then(
      () => this.#struck.delete(DATABASE),
      (error: unknown) => {
        this.#stage.trouble ??= `The database could not be brought back: ${String(error)}`
      },
    )
  }

  #permit(): void {
    const until = this.#lines
      .filter((line) => line !== this.#pauses)
      .map(({ next }) => next?.atOrder ?? this.#orders)
    const most = Math.min(this.#orders, Math.min(...until) + this.#beyond)
    if (this.#owed > MOST_OWED) return
    for (const [till, permit] of this.#permits) {
      const more = Math.min(ORDERS_A_PERMIT, most - this.#permitted)
      const isReady = this.#stage.status(till)?.isConnected === true
      if (more <= 0 || !isReady || permit - this.#stage.madeBy(till) >= FEW_LEFT) continue
      this.#permits.set(till, permit + more)
      this.#permitted += more
      this.#stage.member(till).say({ permit: permit + more })
    }
  }

  /** Everybody idle and the hub owing nothing, twice in a row without anything having moved in between. */
  async #drain(): Promise<void> {
    const beganMs = nowMs()
    let before: number | null = null
    while (nowMs() - beganMs < DRAIN_LIMIT_MS) {
      const moves = await this.#idleMoves()
      if (moves !== null && moves === before)
        return this.#stage.write([nowMs(), 'drained', Math.round(nowMs() - beganMs)])
      before = moves
    }
    this.#stage.write([nowMs(), 'not-drained', this.#whoIsBusy()])
  }

  /** How much was done so far, by all; null if somebody is busy, or does not answer at once. */
  async #idleMoves(): Promise<number | null> {
    this.#asked += 1
    for (const { participant } of this.#stage.roles) this.#stage.member(participant).say({ ask: this.#asked })
    this.#stage.askHubs()
    await pause(ROUND_MS)
    const statuses = this.#stage.roles.map(({ participant }) => this.#stage.answer(participant, this.#asked))
    const isIdle = statuses.every((status) => status?.isIdle === true && status.isConnected)
    if (!isIdle || this.#stage.owed !== 0) return null
    return statuses.reduce((sum, status) => sum + status!.moves, 0)
  }

  #whoIsBusy(): string {
    const busy = this.#stage.roles.filter(({ participant }) => {
      const status = this.#stage.status(participant)
      return status?.isIdle !== true || !status.isConnected
    })
    const names = busy.map(({ participant }) => participant)
    return `owed are ${this.#stage.owed ?? 'nobody knows how many'} entries; busy: ${names.join(', ') || 'nobody'}`
  }
}

/**
 * The stage of a run: the hubs on their grounds, the proxy in front of them, the actors behind the proxy; and what is done to them, written down in the history of the run. What is done when is
 * not decided here.
 *
 * A hub on a database may give up: when its database is not to be had at its start, or another hub has taken over what it owned. It is started again, as whoever runs one would.
 */
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { systemClock } from '../../shared/clock.ts'
import type { HubReport } from '../../shared/run-report.ts'
import type { FromActor, Life, Role, Status } from './actor/life.ts'
import { compileActor } from './actor/program.ts'
import type { Cut, DatabaseBlow } from './cluster-plan.ts'
import { Grounds } from './grounds.ts'
import { Member } from './members.ts'
import { CLEAN, fatesOf } from './plan.ts'
import { HarmfulProxy } from './proxy.ts'
import { History, nowMs, type Plan, type RunLine } from './records.ts'

const DIST = new URL('../../dist/', import.meta.url)
const CLIENT = import.meta.resolve('socket.io-client')
/** Until a hub that has given up is started again. */
const AGAIN_MS = 300

/** Silent connections at a time: with more of them little would be going on elsewhere. */
const MOST_SILENT = 2

export type LastHubReport = HubReport & { readonly expiredEntries?: number }

/** The end of a stack, or of what Node says below one. */
const BROKEN = /^\s|^Node\.js v/
const TAIL_BYTES = 2000

const lastLineOf = (file: string): string =>
  readFileSync(file).subarray(-TAIL_BYTES).toString().trimEnd().split('\n').at(-1) ?? ''

export const actorFolder = (folder: string, participant: string): string =>
  join(folder, 'actors', participant.replaceAll('/', '~'))

export class Stage {
  readonly roles: readonly Role[]
  readonly #folder: string
  readonly #plan: Plan
  readonly #run: History<RunLine>
  readonly #members = new Map<string, Member>()
  readonly #statuses = new Map<string, Status>()
  readonly #answers = new Map<string, { ask: number; status: Status }>()
  readonly #made = new Map<string, number>()
  #proxy: HarmfulProxy | null = null
  #areFaultsOn = false
  #isClosed = false
  readonly #hubReports = new Map<string, LastHubReport>()
  readonly #grounds: Grounds
  readonly #actorProgram: string
  readonly counts = { kills: 0, pauses: 0, cuts: 0, hubCuts: 0, databaseHits: 0 }
  /** The first process that ended without having been killed, and how. */
  trouble: string | null = null

  private constructor(folder: string, plan: Plan, parts: { roles: readonly Role[]; grounds: Grounds }) {
    const { roles, grounds } = parts
    this.#grounds = grounds
    this.#folder = folder
    this.#plan = plan
    this.roles = roles
    this.#actorProgram = compileActor(join(folder, 'program'))
    this.#run = new History(join(folder, 'run.jsonl'))
    this.#run.write([nowMs(), 'plan', plan])
  }

  /** @param place where a database may lie */
  static async open(
    folder: string,
    plan: Plan,
    { roles, place }: { roles: readonly Role[]; place: string },
  ): Promise<Stage> {
    const logs = join(folder, 'logs')
    mkdirSync(logs, { recursive: true })
    const logged = (line: string) => appendFileSync(join(logs, 'database.log'), `${line}\n`)
    const grounds = await Grounds.open(folder, plan, { place, logged })
    const stage = new Stage(folder, plan, { roles, grounds })
    stage.#proxy = await stage.#openProxy()
    for (const hub of grounds.hubs) stage.#addHub(hub)
    for (const role of roles) stage.#addActor(role)
    for (const name of stage.#members.keys()) stage.start(name)
    // Whatever ends this process: a paused one would stay for ever.
    process.on('exit', () => stage.#killAll())
    return stage
  }

  #openProxy(): Promise<HarmfulProxy> {
    const nextFate = fatesOf(this.#plan.seed)
    return HarmfulProxy.open({
      serverPort: this.#grounds.port,
      clock: systemClock,
      fate: () => (this.#areFaultsOn ? nextFate(this.#proxy!.stricken < MOST_SILENT) : CLEAN),
      struck: (harm) => {
        this.counts.cuts += 1
        this.write([nowMs(), 'cut', harm])
      },
    })
  }

  #addHub(name: string): void {
    const { args, variables } = this.#grounds.startOf(name)
    this.#addMember(name, () => args, variables)
  }

  #addActor(role: Role): void {
    const folder = actorFolder(this.#folder, role.participant)
    mkdirSync(folder, { recursive: true })
    this.#addMember(role.participant, (life) => {
      const { seed, poison } = this.#plan
      const url = `http://127.0.0.1:${this.#proxy!.port}`
      const told: Life = {
        ...role,
        url,
        dist: DIST.href,
        client: CLIENT,
        folder,
        life,
        seed,
        hasPoison: poison,
      }
      return [this.#actorProgram, JSON.stringify(told)]
    })
  }

  #addMember(
    name: string,
    command: (life: number) => readonly string[],
    variables: Readonly<Record<string, string>> = {},
  ): void {
    const logFile = join(this.#folder, 'logs', `${name.replaceAll('/', '~')}.log`)
    const events = {
      heard: (message: unknown) => this.#heard(name, message),
      ended: (wasKilled: boolean, how: string) => {
        if (!wasKilled) this.#ended(name, how, logFile)
      },
    }
    this.#members.set(name, new Member(name, { command, variables, logFile, events }))
  }

  #ended(name: string, how: string, logFile: string): void {
    const words = lastLineOf(logFile)
    // Exit codes of a hub whose database is away, or whose place was taken; what is no fault of ours has a stack.
    const isItsRight = this.#grounds.databases !== null && this.isHub(name) && (how === '1' || how === '3')
    if (isItsRight && !BROKEN.test(words)) {
      this.write([nowMs(), 'gave-up', name, `${how}: ${words}`])
      this.#hubReports.delete(name)
      void this.#startAgain(name)
      return
    }
    this.trouble ??= `${name} has ended by itself (${how}: ${words})`
    this.write([nowMs(), 'trouble', `${name} has ended by itself (${how}: ${words})`])
  }

  async #startAgain(name: string): Promise<void> {
    const member = this.member(name)
    const { life } = member
    await pause(AGAIN_MS)
    if (member.life === life && member.hasGivenUp) this.start(name)
  }

  isHub(name: string): boolean {
    return this.hubs.includes(name)
  }

  get hubs(): readonly string[] {
    return this.#grounds.hubs
  }

  #heard(name: string, message: unknown): void {
    if (this.isHub(name)) {
      const { report } = message as { report?: LastHubReport }
      if (report !== undefined) this.#hubReports.set(name, report)
      return
    }
    const told = message as FromActor
    this.#statuses.set(name, told.status)
    this.#made.set(name, told.status.made)
    if ('answer' in told) this.#answers.set(name, { ask: told.answer, status: told.status })
  }

  /** Past the proxy. */
  get hubUrl(): string {
    return `http://127.0.0.1:${this.#grounds.port}`
  }

  /** Does nothing on a closed stage: a blow may still be on its way when a run is given up. */
  write(line: RunLine): void {
    if (!this.#isClosed) this.#run.write(line)
  }

  member(name: string): Member {
    return this.#members.get(name)!
  }

  /** As its present life told last; null until it has told anything. */
  status(name: string): Status | null {
    return this.#statuses.get(name) ?? null
  }

  /** Its answer to question `ask`, if it is there. */
  answer(name: string, ask: number): Status | null {
    const answer = this.#answers.get(name)
    return answer?.ask === ask ? answer.status : null
  }

  /** Orders that a till has made, as far as is known. */
  madeBy(name: string): number {
    return this.#made.get(name) ?? 0
  }

  get made(): number {
    return [...this.#made.values()].reduce((sum, made) => sum + made, 0)
  }

  /** Of all members that are no hubs, those that have a connection. */
  get connected(): number {
    return this.roles.filter(({ participant }) => this.status(participant)?.isConnected === true).length
  }

  /** What is owed, by the word of the hubs that have answered `askHubs`; each may know what the others do not. null: one that is up has not answered. */
  get owed(): number | null {
    const up = this.hubs.filter((name) => this.member(name).isUp)
    const reports = up.map((name) => this.#hubReports.get(name))
    if (reports.length === 0 || reports.includes(undefined)) return null
    return Math.max(...reports.map((report) => report!.owed))
  }

  askHubs(): void {
    for (const name of this.hubs) {
      this.#noteExpired(name)
      this.#hubReports.delete(name)
      this.member(name).say('report')
    }
  }

  /** Does nothing on a closed stage. */
  start(name: string): void {
    if (this.#isClosed) return
    if (!this.isHub(name)) this.#statuses.delete(name)
    this.write([nowMs(), 'spawned', name])
    this.member(name).start()
  }

  async kill(name: string): Promise<void> {
    this.counts.kills += 1
    this.#noteExpired(name)
    this.write([nowMs(), 'killed', name])
    await this.member(name).kill()
    this.#hubReports.delete(name)
    this.#statuses.delete(name)
  }

  #noteExpired(hub: string): void {
    const entries = this.#hubReports.get(hub)?.expiredEntries ?? 0
    if (entries > 0) this.write([nowMs(), 'expired', entries])
  }

  isCut(cut: Cut): boolean {
    return this.#grounds.isCut(cut)
  }

  async cutHub(cut: Cut): Promise<void> {
    const { victim, from, how, lastsMs } = cut
    this.counts.hubCuts += 1
    this.write([nowMs(), 'hub-cut', victim, from, how, lastsMs])
    await this.#grounds.cut(cut)
    this.write([nowMs(), 'hub-back', victim, from])
  }

  async hitDatabase({ what, downMs }: DatabaseBlow): Promise<void> {
    const databases = this.#grounds.databases!
    this.counts.databaseHits += 1
    this.write([nowMs(), 'database-hit', what])
    if (what === 'fail-over') await databases.failOver()
    else await databases.restart(what, downMs)
    this.write([nowMs(), 'database-back', what])
  }

  async pause(name: string, ms: number): Promise<void> {
    const member = this.member(name)
    const { life } = member
    this.counts.pauses += 1
    this.write([nowMs(), 'paused', name, ms])
    member.pause()
    await pause(ms)
    if (member.life === life && member.continue()) this.write([nowMs(), 'continued', name])
  }

  /** Connections that begin from now on draw their fates. */
  beginFaults(): void {
    this.#areFaultsOn = true
  }

  /** Nothing is harmed any more from now on, and what is left of stricken connections is reset. */
  endFaults(): void {
    this.#areFaultsOn = false
    this.#proxy!.heal()
    this.write([nowMs(), 'faults-over'])
  }

  #killAll(): Promise<void>[] {
    return [...this.#members.values()].map((member) => member.kill())
  }

  async close(): Promise<void> {
    for (const name of this.hubs) this.#noteExpired(name)
    this.#isClosed = true
    await Promise.all(this.#killAll())
    await this.#proxy?.close()
    await this.#grounds.close()
    this.#run.close()
  }
}

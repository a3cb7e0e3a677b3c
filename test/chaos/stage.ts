/**
 * The stage of a run: a hub on a port of its own, the proxy in front of it, the actors behind the proxy; and what is done to them, written down in the history of the run. What is done when is
 * not decided here.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../bin/simulation/free-port.ts'
import { systemClock } from '../../shared/clock.ts'
import type { HubReport } from '../../shared/run-report.ts'
import type { FromActor, Life, Role, Status } from './actor/life.ts'
import { compileActor } from './actor/program.ts'
import { Member } from './members.ts'
import { CLEAN, fatesOf, HUB } from './plan.ts'
import { HarmfulProxy } from './proxy.ts'
import { History, nowMs, type Plan, type RunLine } from './records.ts'

const DIST = new URL('../../dist/', import.meta.url)
const CLIENT = import.meta.resolve('socket.io-client')
const HUB_PROGRAM = fileURLToPath(new URL('bin/main.js', DIST))

/** The defaults, but for what would make a run wait: a driver that is gone for good is given up soon, a failed handover is tried again soon. */
const hubFlags = (plan: Plan): string[] => [
  '--ack-timeout-ms',
  String(plan.ackTimeoutMs),
  '--delivery-limit',
  String(plan.deliveryLimit),
  '--driver-grace-ms',
  '2000',
  '--retry-delay-ms',
  '50',
  '--longest-retry-delay-ms',
  '1000',
  '--log-format',
  'json',
]

/** Silent connections at a time: with more of them little would be going on elsewhere. */
const MOST_SILENT = 2

export type LastHubReport = HubReport & { readonly expiredEntries?: number }

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
  #hubReport: LastHubReport | null = null
  #hubPort = 0
  readonly #actorProgram: string
  readonly counts = { kills: 0, pauses: 0, cuts: 0 }
  /** The first process that ended without having been killed, and how. */
  trouble: string | null = null

  private constructor(folder: string, plan: Plan, roles: readonly Role[]) {
    this.#folder = folder
    this.#plan = plan
    this.roles = roles
    mkdirSync(join(folder, 'logs'), { recursive: true })
    this.#actorProgram = compileActor(join(folder, 'program'))
    this.#run = new History(join(folder, 'run.jsonl'))
    this.#run.write([nowMs(), 'plan', plan])
  }

  static async open(folder: string, plan: Plan, roles: readonly Role[]): Promise<Stage> {
    const stage = new Stage(folder, plan, roles)
    stage.#hubPort = await freePort()
    stage.#proxy = await stage.#openProxy()
    stage.#addMember(HUB, () => stage.#hubCommand())
    for (const role of roles) stage.#addActor(role)
    for (const name of stage.#members.keys()) stage.start(name)
    // Whatever ends this process: a paused one would stay for ever.
    process.on('exit', () => stage.#killAll())
    return stage
  }

  #openProxy(): Promise<HarmfulProxy> {
    const nextFate = fatesOf(this.#plan.seed)
    return HarmfulProxy.open({
      serverPort: this.#hubPort,
      clock: systemClock,
      fate: () => (this.#areFaultsOn ? nextFate(this.#proxy!.stricken < MOST_SILENT) : CLEAN),
      struck: (harm) => {
        this.counts.cuts += 1
        this.write([nowMs(), 'cut', harm])
      },
    })
  }

  #hubCommand(): string[] {
    const data = join(this.#folder, 'data')
    return [HUB_PROGRAM, 'hub', '--data-dir', data, '--port', String(this.#hubPort), ...hubFlags(this.#plan)]
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

  #addMember(name: string, command: (life: number) => readonly string[]): void {
    const events = {
      heard: (message: unknown) => this.#heard(name, message),
      ended: (wasKilled: boolean, how: string) => {
        if (wasKilled) return
        this.trouble ??= `${name} has ended by itself (${how})`
        this.write([nowMs(), 'trouble', `${name} has ended by itself (${how})`])
      },
    }
    const logFile = join(this.#folder, 'logs', `${name.replaceAll('/', '~')}.log`)
    this.#members.set(name, new Member(name, { command, logFile, events }))
  }

  #heard(name: string, message: unknown): void {
    if (name === HUB) {
      this.#hubReport = (message as { report?: LastHubReport }).report ?? this.#hubReport
      return
    }
    const told = message as FromActor
    this.#statuses.set(name, told.status)
    this.#made.set(name, told.status.made)
    if ('answer' in told) this.#answers.set(name, { ask: told.answer, status: told.status })
  }

  get hubUrl(): string {
    return `http://127.0.0.1:${this.#hubPort}`
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

  /** Of all members that are not the hub, those that have a connection. */
  get connected(): number {
    return this.roles.filter(({ participant }) => this.status(participant)?.isConnected === true).length
  }

  /** The newest one of the hub's present life; ask for it with `askHub`. */
  get hubReport(): LastHubReport | null {
    return this.#hubReport
  }

  askHub(): void {
    this.#hubReport = null
    this.member(HUB).say('report')
  }

  /** Does nothing on a closed stage. */
  start(name: string): void {
    if (this.#isClosed) return
    if (name !== HUB) this.#statuses.delete(name)
    this.write([nowMs(), 'spawned', name])
    this.member(name).start()
  }

  async kill(name: string): Promise<void> {
    this.counts.kills += 1
    if (name === HUB) this.#noteExpired()
    this.write([nowMs(), 'killed', name])
    await this.member(name).kill()
    if (name === HUB) this.#hubReport = null
    else this.#statuses.delete(name)
  }

  #noteExpired(): void {
    const entries = this.#hubReport?.expiredEntries ?? 0
    if (entries > 0) this.write([nowMs(), 'expired', entries])
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
    this.#noteExpired()
    this.#isClosed = true
    await Promise.all(this.#killAll())
    await this.#proxy?.close()
    this.#run.close()
  }
}

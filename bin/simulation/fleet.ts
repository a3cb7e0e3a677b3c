/**
 * The processes of the simulation, run by concurrently: it names and colours their lines. Each is a node process with an IPC channel, over which it is
 * asked to stop and for its report, and asks for its tokens, and in a process group of its own: the terminal's Ctrl-C reaches the launcher alone, which stops the actors in an
 * order that lets their last events through.
 */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import type { Writable } from 'node:stream'
import { createConcurrently, LogError, Logger, LogOutput } from 'concurrently'
import type { ParticipantId } from '../../shared/ids.ts'
import { FROM_LAUNCHER, TOKEN_REQUEST, type TokenAnswer } from '../../shared/launcher-tokens.ts'
import type { ReportMessage, RunReport } from '../../shared/run-report.ts'
import type { ActorPlan } from './plan.ts'
import type { End } from './wording.ts'

const COLOURS: Readonly<Record<ActorPlan['program'], readonly string[]>> = {
  hub: ['cyan'],
  vendor: ['magenta', 'yellow'],
  driver: ['green', 'blue'],
}

/** Longer than an actor's own stop time: it is for one that hangs. */
const STOP_LIMIT_MS = 6000

export interface ActorEnd {
  readonly plan: ActorPlan
  readonly end: End
  /** Had it been asked to stop? */
  readonly wasAsked: boolean
}

interface Actor {
  readonly plan: ActorPlan
  readonly child: ChildProcess
  readonly ended: Promise<void>
  report: RunReport | null
  isRunning: boolean
  isAsked: boolean
}

export interface FleetOptions {
  readonly actors: readonly ActorPlan[]
  /** What node is given before a program's name and flags: its own options, and the script. */
  readonly entry: readonly string[]
  /** Added to the launcher's own. */
  readonly environment: Readonly<Record<string, string>>
  /** Makes a token of a participant; null where there is no key, and so no tokens. */
  readonly makeToken: ((participant: ParticipantId) => Promise<string>) | null
  readonly output: Writable
  /** Called when an actor has ended, for whatever reason. */
  ended(end: ActorEnd): void
}

const isReport = (message: unknown): message is ReportMessage =>
  typeof message === 'object' && message !== null && 'report' in message

/** The hubs alone get the key, and hear of the database. Whoever needs a token asks the launcher for it, and so gets a new one whenever the old one ends. */
export const environmentFor = (
  { participant, variables }: Pick<ActorPlan, 'participant' | 'variables'>,
  environment: NodeJS.ProcessEnv,
  hasTokens: boolean,
): NodeJS.ProcessEnv => {
  if (participant === null) return { ...environment, ...variables }
  const { CAPS_SECRET: _, CAPS_DATABASE_URL: __, ...known } = environment
  return hasTokens ? { ...known, CAPS_TOKEN: FROM_LAUNCHER } : known
}

const isWindows = process.platform === 'win32'

export class Fleet {
  readonly #options: FleetOptions
  readonly #logger = new Logger({ prefixFormat: 'name' })
  readonly #actors = new Map<string, Actor>()
  #isShown = false

  constructor(options: FleetOptions) {
    this.#options = options
  }

  /** Starts some of the actors, in the order in which they are given. */
  start(some: readonly ActorPlan[]): void {
    const { actors, environment, output } = this.#options
    if (some.length === 0) return
    this.#logger.setPrefixLength(Math.max(...actors.map(({ name }) => name.length)))
    const commands = some.map((plan, index) => ({
      command: `actor ${index}`,
      name: plan.name,
      prefixColor: this.#colourOf(plan),
      env: environment,
    }))
    const { result } = createConcurrently(commands, {
      logger: this.#logger,
      // Whoever shares a logger is shown by the first.
      ...(this.#isShown ? {} : { outputStream: output }),
      controllers: [new LogError({ logger: this.#logger }), new LogOutput({ logger: this.#logger })],
      spawn: (command, options) => this.#spawn(some[Number(command.slice('actor '.length))]!, options),
    })
    this.#isShown = true
    // Rejects when an actor ended with another code than 0, of which `ended` has told.
    result.catch(() => {})
  }

  /** A line of the launcher's own, between the actors' lines. */
  say(text: string): void {
    this.#logger.logGlobalEvent(text)
  }

  isRunning(name: string): boolean {
    return this.#actors.get(name)?.isRunning ?? false
  }

  /** The last report that an actor has sent; null if it has sent none. */
  report(name: string): RunReport | null {
    return this.#actors.get(name)?.report ?? null
  }

  /** They come when they come. */
  askForReports(): void {
    for (const { child, isRunning } of this.#actors.values()) if (isRunning) child.send('report', () => {})
  }

  /** Asks actors to stop and resolves when they have ended; one that does not end in time is killed. */
  async stop(plans: readonly ActorPlan[]): Promise<void> {
    await Promise.all(plans.map(({ name }) => this.#stop(this.#actors.get(name))))
  }

  /** At once, and without a word to them. */
  killAll(): void {
    for (const { child, isRunning } of this.#actors.values()) if (isRunning) child.kill('SIGKILL')
  }

  #colourOf(plan: ActorPlan): string {
    const alike = this.#options.actors.filter(({ program }) => program === plan.program)
    const colours = COLOURS[plan.program]
    return colours[alike.indexOf(plan) % colours.length]!
  }

  #spawn(plan: ActorPlan, options: SpawnOptions): ChildProcess {
    const { entry, makeToken } = this.#options
    const args = [...entry, plan.program, ...plan.flags]
    const child = spawn(process.execPath, args, {
      ...options,
      env: environmentFor(plan, options.env ?? process.env, makeToken !== null),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // On Windows it would open a console window of its own.
      detached: !isWindows,
    })
    this.#actors.set(plan.name, this.#watch(plan, child))
    return child
  }

  #watch(plan: ActorPlan, child: ChildProcess): Actor {
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
    const actor: Actor = { plan, child, ended, report: null, isRunning: true, isAsked: false }
    child.on('message', (message) => {
      if (isReport(message)) actor.report = message.report
      if (message === TOKEN_REQUEST) void this.#answerWithToken(actor)
    })
    child.once('close', (code, signal) => {
      actor.isRunning = false
      this.#options.ended({ plan, end: code ?? String(signal), wasAsked: actor.isAsked })
    })
    return actor
  }

  async #answerWithToken({ plan, child }: Actor): Promise<void> {
    const { makeToken } = this.#options
    if (makeToken === null || plan.participant === null) return
    const token = await makeToken(plan.participant)
    // Fails only if the actor has just gone.
    child.send({ token } satisfies TokenAnswer, () => {})
  }

  async #stop(actor: Actor | undefined): Promise<void> {
    if (actor === undefined || !actor.isRunning) return
    actor.isAsked = true
    actor.child.send('stop', () => {})
    const timer = setTimeout(() => actor.child.kill('SIGKILL'), STOP_LIMIT_MS)
    await actor.ended
    clearTimeout(timer)
  }
}

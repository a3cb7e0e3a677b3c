/** The attackers' process: some connections at a time, each with the next session's script, for as long as it is asked to. */
import { getPriority, setPriority } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { serveFunctions } from '../../load/worker.ts'
import { type Known, sessionOf } from '../sessions.ts'
import { carryOut, type Outcome, type Target } from './carry-out.ts'
import { takeKeptOrders } from './kept-orders.ts'
import { LastSent } from './last-sent.ts'
import { Pace } from './pace.ts'

export interface Order extends Known {
  readonly port: number
  /** Of the first session. */
  readonly from: number
  readonly connections: number
  readonly framesPerSecond: number
}

export interface Figures {
  readonly frames: number
  readonly connections: number
  readonly ends: Readonly<Record<Outcome['end'], number>>
  /** Scripts whose question the hub neither answered nor cut the connection for, and how often. */
  readonly silent: Readonly<Record<string, number>>
}

const RETRY_MS = 100

class Attack {
  readonly #order: Order
  readonly #target: Target
  readonly pace: Pace
  readonly lastSent = new LastSent()
  readonly #silent: Record<string, number> = {}
  readonly #ends = { done: 0, refused: 0, cut: 0, silent: 0, unconnected: 0 }
  readonly #lanes: Promise<void>
  #next: number
  #frames = 0
  #isOver = false

  constructor(order: Order) {
    this.#order = order
    this.#next = order.from
    const { port, framesPerSecond } = order
    const isOver = () => this.#isOver
    this.pace = new Pace(framesPerSecond)
    this.#target = { port, pace: this.pace, lastSent: this.lastSent, isOver }
    this.#lanes = Promise.all(Array.from({ length: order.connections }, () => this.#lane())).then(() => {})
  }

  get figures(): Figures {
    const { unconnected, ...connected } = this.#ends
    const connections = Object.values(connected).reduce((sum, count) => sum + count, 0)
    return { frames: this.#frames, connections, ends: this.#ends, silent: this.#silent }
  }

  async stop(): Promise<Figures> {
    this.#isOver = true
    this.pace.goOn()
    await this.#lanes
    return this.figures
  }

  async #lane(): Promise<void> {
    while (!this.#isOver) {
      const session = this.#next
      this.#next += 1
      await this.#session(session)
    }
  }

  async #session(session: number): Promise<void> {
    const script = sessionOf(this.#order, session)
    const { frames, end } = await carryOut(script, session, this.#target)
    this.#frames += frames
    this.#ends[end] += 1
    if (end === 'silent') this.#silent[script.name] = (this.#silent[script.name] ?? 0) + 1
    // The hub may be gone: without a pause this would be a busy loop.
    if (end === 'unconnected') await pause(RETRY_MS)
  }
}

const NICER = 10
const NICEST = 19

/** What is measured is what the frames do to the hub: the work of making them must not take the processor from it. And a packet that breaks a parser here, on purpose, needs no stack. */
const yieldToOthers = (): void => {
  setPriority(Math.min(NICEST, getPriority() + NICER))
  Error.stackTraceLimit = 0
}

let attack: Attack | null = null

const functions = {
  prepare: takeKeptOrders,

  begin: (order: Order): void => {
    yieldToOthers()
    attack = new Attack(order)
  },

  /** Its connections stay, and nothing leaves on them. */
  hold: (_: object): void => attack?.pace.hold(),

  goOn: (_: object): void => attack?.pace.goOn(),

  figures: (_: object) => attack!.figures,

  stop: (_: object) => attack!.stop(),

  lastSent: (_: object) => attack?.lastSent.list() ?? [],
}

export type Attackers = typeof functions

serveFunctions(functions)

/** Puts a world together: who is in it, on which machines, and how they are connected. */
import { messageOf } from '../../shared/fault.ts'
import { ActorProcess } from './actor-process.ts'
import { Checker } from './checker.ts'
import { type Dice, dice } from './dice.ts'
import { Faults } from './faults.ts'
import { HubProcess } from './hub-process.ts'
import { Network } from './network.ts'
import type { Observation } from './observations.ts'
import { textOf } from './observations.ts'
import { PlainTill } from './plain-till.ts'
import { type Plan, planOf } from './plan.ts'
import { Poison } from './poison.ts'
import { Trace } from './trace.ts'
import { Trouble } from './trouble.ts'
import { VirtualTime } from './virtual-time.ts'

/** A vendor or driver, as the world sees it. */
export interface Actor {
  readonly participant: string
  /** Is it connected, with nothing more to send, to carry or to make? */
  readonly isDone: boolean
  start(): void
}

export interface Stage {
  readonly plan: Plan
  readonly time: VirtualTime
  readonly trouble: Trouble
  readonly trace: Trace
  readonly checker: Checker
  readonly poison: Poison
  readonly hub: HubProcess
  readonly actors: readonly Actor[]
  readonly faults: Faults
}

/** What every part of a world may use. */
const commonOf = (plan: Plan, print: (line: string) => void) => {
  const time = new VirtualTime()
  const trace = new Trace(time, print)
  const checker = new Checker(plan.options)
  return {
    plan,
    time,
    trace,
    checker,
    trouble: new Trouble(),
    observe: (seen: Observation) => {
      trace.say(textOf(seen))
      checker.observe(seen, time.nowMs)
    },
    say: (text: string) => trace.say(text),
    failed: (error: unknown) => checker.report('nothing breaks', messageOf(error)),
  }
}

type Common = ReturnType<typeof commonOf>

const networkOf = (common: Common, chance: Dice): Network =>
  new Network({
    ...common,
    dice: chance.fork(),
    settings: common.plan.options,
    effected: (fault) => common.trouble.effected(fault),
  })

/** What happens in the hub's process is the faults' business, which need a hub first. */
const hubOf = (common: Common, network: Network, faults: () => Faults): HubProcess => {
  let ids = 0
  return new HubProcess({
    ...common,
    network,
    syncMs: () => faults().hubSyncMs(),
    nextId: () => {
      ids += 1
      return `event-${ids}`
    },
    trapped: (moment) => faults().hubTrapped(moment),
  })
}

const actorsOf = (
  common: Common,
  parts: { network: Network; poison: Poison; chance: Dice; faults: () => Faults },
) => {
  const { plan } = common
  const { network, poison, chance, faults } = parts
  const actorParts = () => ({
    ...common,
    dice: chance.fork(),
    network,
    moods: plan.moods,
    seed: plan.seed,
    isPoisonous: poison.isPoisonous.bind(poison),
    ended: (actor: ActorProcess) => faults().actorEnded(actor),
  })
  const byHand = plan.tills.filter(({ isPlain }) => isPlain)
  const shipped = [...plan.tills.filter(({ isPlain }) => !isPlain), ...plan.drivers]
  return {
    processes: shipped.map((actor) => new ActorProcess(actor, actorParts())),
    plainTills: byHand.map((till) => new PlainTill(till, actorParts())),
  }
}

/** @param print called with each line of the trace */
export const setStage = (seed: number, print: (line: string) => void): Stage => {
  const chance = dice(seed)
  const plan = planOf(seed, chance.fork())
  const common = commonOf(plan, print)
  const poison = new Poison(seed, plan.poisonous)
  const network = networkOf(common, chance)
  const hub = hubOf(common, network, () => faults)
  const { processes, plainTills } = actorsOf(common, { network, poison, chance, faults: () => faults })
  const faults: Faults = new Faults({ ...common, dice: chance.fork(), network, hub, actors: processes })
  return { ...common, poison, hub, faults, actors: [...processes, ...plainTills] }
}

/**
 * One seed, one world: the real hub, vendors and drivers in one process, on virtual time, over a network and on disks that fail as the seed says. Everybody works in trouble for a while; when
 * the last fault is over all must drain soon; then the books are looked at, and the dead letters of a poisoned world are replayed and drained as well.
 */
import type { Violation } from './checker.ts'
import { Draining } from './draining.ts'
import { linesOf } from './plan.ts'
import { type Stage, setStage } from './stage.ts'

export interface WorldResult {
  readonly seed: number
  /** Faults that changed something, by kind. */
  readonly faults: Readonly<Record<string, number>>
  readonly virtualMs: number
  readonly orders: number
  readonly violations: readonly Violation[]
  /** Everything that happened, a line each. */
  readonly steps: readonly string[]
  /** Of the steps. */
  readonly hash: string
}

const LEAST_FAULTS = 22
/** A world that is not in trouble enough by then goes on to its end. */
const LONGEST_TROUBLE_MS = 180_000
/** More may follow from the first. */
const VIOLATIONS_TOLD = 3

const isTroubledEnough = ({ time, plan, trouble }: Stage): boolean =>
  time.nowMs >= plan.troubleMs && (trouble.damages >= LEAST_FAULTS || time.nowMs > LONGEST_TROUBLE_MS)

/** Until everybody is well, or something was wrong. */
const beInTrouble = async (stage: Stage): Promise<void> => {
  const { time, trouble, checker, faults } = stage
  faults.begin()
  await time.run(() => checker.isBroken || isTroubledEnough(stage))
  if (faults.processes.hubRestarts === 0) faults.processes.killHub()
  faults.stop()
  await time.run(() => checker.isBroken || !trouble.isLasting)
  trouble.end()
  stage.trace.say('the trouble is over')
}

/** Whatever was poisonous is taken now. */
const replayAndDrain = async (stage: Stage): Promise<void> => {
  const { checker, poison, trace } = stage
  poison.cure()
  trace.say('the poison is gone')
  const draining = new Draining(stage)
  await draining.replay()
  await draining.run()
  if (checker.isBroken) return
  for (const { participant, letters } of await draining.letters())
    if (letters.length > 0)
      checker.report('replayed once', `${participant} has ${letters.length} dead letters after the replay`)
}

const live = async (stage: Stage): Promise<void> => {
  const { plan, hub, actors, checker, poison, trace } = stage
  for (const line of linesOf(plan)) trace.say(line)
  hub.start()
  for (const actor of actors) actor.start()
  await beInTrouble(stage)
  await new Draining(stage).run()
  if (poison.exists && !checker.isBroken) await replayAndDrain(stage)
}

const resultOf = (seed: number, { trouble, time, plan, checker, trace }: Stage): WorldResult => ({
  seed,
  faults: { ...Object.fromEntries(trouble.faults), ...checker.expired },
  virtualMs: time.nowMs,
  orders: plan.orders,
  violations: checker.violations.slice(0, VIOLATIONS_TOLD),
  steps: trace.lines,
  hash: trace.hash(),
})

/** @param print called with each step as it happens */
export const runWorld = async (
  seed: number,
  print: (line: string) => void = () => {},
): Promise<WorldResult> => {
  const stage = setStage(seed, print)
  const broke = (error: unknown) =>
    stage.checker.report(
      'nothing breaks',
      error instanceof Error ? (error.stack ?? error.message) : String(error),
    )
  process.on('unhandledRejection', broke)
  try {
    await live(stage)
  } catch (error) {
    broke(error)
  } finally {
    process.off('unhandledRejection', broke)
  }
  return resultOf(seed, stage)
}

import { Fault, messageOf } from '../../shared/fault.ts'
import type { Context, Disk, Result, Scenario } from './scenario.ts'
import { rowOf } from './verdict.ts'

/** Runs one scenario. One that fails is told as such, and keeps the others from nothing. */
export const runScenario = async (scenario: Scenario, context: Context, disk: Disk): Promise<Result> => {
  const { id, name, title } = scenario
  context.say(`${id} ${title}`)
  try {
    return rowOf(scenario, await scenario.run(context), { isQuick: context.isQuick, disk })
  } catch (thrown) {
    // A bug of the benchmark needs its stack; a fault is told by its sentence, with the results.
    if (!(thrown instanceof Fault) && thrown instanceof Error) context.say(`${thrown.stack}`)
    return { scenario: id, name, title, ok: false, isGoalMet: false, fault: messageOf(thrown) }
  }
}

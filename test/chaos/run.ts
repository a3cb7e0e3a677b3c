/** One chaos run, from an empty folder to its verdict. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Role } from './actor/life.ts'
import { audit } from './auditor.ts'
import { CAST, STORES } from './cast.ts'
import { check, type Verdict } from './checker/check.ts'
import { clusterBlowsOf, hubNames } from './cluster-plan.ts'
import { Conductor, type Progress } from './conductor.ts'
import { poisonOf } from './orders.ts'
import { blowsOf } from './plan.ts'
import { type AuditLine, linesOf, type ParticipantLine, type Plan, type RunLine } from './records.ts'
import { actorFolder, Stage } from './stage.ts'

const livesOf = (folder: string, { participant }: Role): Iterable<ParticipantLine>[] => {
  const own = actorFolder(folder, participant)
  return readdirSync(own)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .map((name) => linesOf<ParticipantLine>(join(own, name)))
}

function* allLines<Line>(files: readonly string[]): Generator<Line> {
  for (const file of files) yield* linesOf<Line>(file)
}

/** Reads the histories in a run's folder. */
const verdictOn = (folder: string, hubs: readonly string[]): Verdict =>
  check(
    {
      run: linesOf<RunLine>(join(folder, 'run.jsonl')),
      participants: new Map(CAST.map((role) => [role.participant, livesOf(folder, role)])),
      audit: allLines<AuditLine>(STORES.map((store) => join(folder, `audit-${store}.jsonl`))),
    },
    { hubs, poisonOf },
  )

const NO_CLUSTER = { cuts: [], databaseBlows: [] }

/** Leaves histories, logs and data in `folder`; leaves no process, and no database. @param place where a database may lie */
export const runChaos = async (
  folder: string,
  plan: Plan,
  { place, told }: { place: string; told(progress: Progress): void },
): Promise<Verdict> => {
  const hubs = hubNames(plan.cluster?.hubs ?? 1)
  const stage = await Stage.open(folder, plan, { roles: CAST, place })
  const actors = CAST.map(({ participant }) => participant)
  const ofCluster = plan.cluster === null ? NO_CLUSTER : clusterBlowsOf(plan.cluster, plan)
  const blows = { ...blowsOf(plan, { hubs, actors }), ...ofCluster }
  try {
    await new Conductor(stage, plan.orders, blows).conduct(told)
    await audit(stage, { folder, stores: STORES, hasPoison: plan.poison })
  } finally {
    await stage.close()
  }
  return verdictOn(folder, hubs)
}

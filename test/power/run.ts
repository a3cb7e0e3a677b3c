/** A whole run: record the workload, draw and check images of it, record recoveries of some of them, and check images of those too. */
import { fork } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Checked } from './checker.ts'
import { boundariesOf } from './disk.ts'
import { type Plan, planImages, savePlan } from './plan.ts'
import { recordRecoveries } from './recoveries.ts'
import { recordWorkload } from './workload/record.ts'

const CHILD = fileURLToPath(new URL('checker-child.ts', import.meta.url))
/** Of the images, those that are cut during the recovery of another one. */
const RECOVERY_SHARE = 0.2
const RECOVERIES = 4

export interface RunOptions {
  readonly images: number
  readonly seed: number
  readonly workers: number
  /** Private; holds the plan and all disks. */
  readonly folder: string
}

/** @returns the plan, which is also in the file `plan.json` of the folder */
export const preparePlan = async ({ images, seed, folder }: Omit<RunOptions, 'workers'>): Promise<Plan> => {
  const workload = await recordWorkload(folder, seed)
  const first = planImages(seed, [workload], [images])
  const recoveries =
    images < RECOVERIES / RECOVERY_SHARE ? [] : await recordRecoveries(first, RECOVERIES, folder)
  const each = Math.floor((images * RECOVERY_SHARE) / RECOVERIES)
  const counts = [images - each * recoveries.length, ...recoveries.map(() => each)]
  const plan = planImages(seed, [workload, ...recoveries], counts)
  savePlan(join(folder, 'plan.json'), plan)
  return plan
}

const runShare = (options: RunOptions, share: number, heard: (checked: Checked) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    const folder = join(options.folder, `worker-${share}`)
    mkdirSync(folder)
    const args = [join(options.folder, 'plan.json'), folder, String(share), String(options.workers)]
    const child = fork(CHILD, args, { execArgv: ['--import', 'tsx'], serialization: 'json' })
    child.on('message', (message) => heard(message as Checked))
    child.on('error', reject)
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`a process that checks images ended with ${code}`)),
    )
  })

export const checkPlan = async (plan: Plan, options: RunOptions): Promise<readonly Checked[]> => {
  const checked: Checked[] = []
  await Promise.all(
    Array.from({ length: options.workers }, (_, share) =>
      runShare(options, share, (one) => checked.push(one)),
    ),
  )
  if (checked.length !== plan.images.length)
    throw new Error(`${checked.length} of ${plan.images.length} images were checked`)
  return checked.sort((one, other) => one.image.number - other.image.number)
}

export const boundaryCount = (plan: Plan): number =>
  plan.recordings.reduce((count, recording) => count + boundariesOf(recording).length, 0)

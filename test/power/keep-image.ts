/** Builds one image of a plan where somebody can look at it, and checks a copy of it. */
import { join } from 'node:path'
import { Fault } from '../../shared/fault.ts'
import { writeImage } from './check-image.ts'
import { checkImages, drawImage } from './checker.ts'
import { stateAt } from './disk.ts'
import { loadPlan } from './plan.ts'

/** @returns where it was built, and what is wrong with it */
export const keepImage = async (
  planFile: string,
  number: number,
  folder: string,
): Promise<{ readonly kept: string; readonly faults: readonly string[] }> => {
  const plan = loadPlan(planFile)
  const image = plan.images[number]
  if (image === undefined)
    throw new Fault('configuration', `The plan has images 0 to ${plan.images.length - 1}, and no ${number}.`)
  const kept = join(folder, `image-${number}`)
  writeImage(drawImage(plan, image, stateAt(plan.recordings[image.recording]!, image.cut)), kept)
  const faults: string[] = []
  for await (const checked of checkImages(plan, [image], join(folder, 'checked')))
    faults.push(...checked.faults)
  return { kept, faults }
}

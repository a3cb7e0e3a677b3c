/** Draws and checks the images of a plan, or some of them, in the order of their boundaries, so that the books are read once. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { faultsOfFolder, writeImage } from './check-image.ts'
import { type DiskState, stateAt } from './disk.ts'
import { type Image, imageOf } from './image.ts'
import { LedgerBooks } from './ledger-books.ts'
import type { Said } from './marks.ts'
import { OutboxBooks } from './outbox-books.ts'
import { type ImagePlan, type Plan, rngOf } from './plan.ts'

export interface Checked {
  readonly image: ImagePlan
  /** Of its content: images that are the same have the same one. */
  readonly digest: string
  /** Confirmed events that it was searched for, and items of the outbox that were stored. */
  readonly confirmed: number
  readonly stored: number
  readonly faults: readonly string[]
}

const digestOf = (image: Image): string => {
  const hash = createHash('sha1')
  for (const path of [...image.keys()].sort())
    hash.update(`${path}\n${image.get(path)!.length}\n`).update(image.get(path)!)
  return hash.digest('base64')
}

export const drawImage = (plan: Plan, image: ImagePlan, state: DiskState): Image =>
  imageOf(state, image, rngOf(plan, image))

/** One recording, from its beginning to the cuts that are asked for, in ascending order. */
class Cuts {
  readonly #plan: Plan
  readonly recording: number
  readonly books = { ledger: new LedgerBooks(), outbox: new OutboxBooks() }
  #heard = 0

  constructor(plan: Plan, recording: number) {
    this.#plan = plan
    this.recording = recording
  }

  at(cut: number): DiskState {
    const { marks } = this.#plan.recordings[this.recording]!
    for (; (marks[this.#heard]?.at ?? Number.POSITIVE_INFINITY) <= cut; this.#heard += 1) {
      const said = JSON.parse(marks[this.#heard]!.text) as Said
      this.books.ledger.hear(said)
      this.books.outbox.hear(said)
    }
    return stateAt(this.#plan.recordings[this.recording]!, cut)
  }
}

/** @param folder private; what is in it is replaced for each image */
export async function* checkImages(
  plan: Plan,
  images: readonly ImagePlan[],
  folder: string,
): AsyncGenerator<Checked> {
  const ordered = [...images].sort((a, b) => a.recording - b.recording || a.cut - b.cut)
  let of = new Cuts(plan, 0)
  for (const image of ordered) {
    if (of.recording !== image.recording) of = new Cuts(plan, image.recording)
    const drawn = drawImage(plan, image, of.at(image.cut))
    const target = join(folder, 'image')
    writeImage(drawn, target)
    yield {
      image,
      digest: digestOf(drawn),
      confirmed: of.books.ledger.confirmed,
      stored: of.books.outbox.stored,
      faults: await faultsOfFolder(target, of.books),
    }
  }
}

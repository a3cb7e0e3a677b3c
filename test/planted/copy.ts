/**
 * A copy of the tree in which one plant at a time is tried. What takes room or time is not copied: the packages are linked, `dist` is built anew where a
 * test needs it. Programmes that run in the copy have their temporary folder in it, so that nothing of theirs outlives it.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { Fault } from '../../shared/fault.ts'
import type { Plant } from './plant.ts'

const LEFT_OUT = /^(?:node_modules|\.git|dist|dist\..*|coverage|data|\.env)$/

/** `text` with the plant's change. Throws a fault unless the change is one: its `from` there exactly once. */
export const planted = (text: string, { name, file, from, to }: Plant): string => {
  const found = text.split(from).length - 1
  if (found !== 1)
    throw new Fault(
      'plant',
      `"${name}" does not apply: ${file} holds ${JSON.stringify(from)} ${found} times instead of once.`,
    )
  if (from === to) throw new Fault('plant', `"${name}" changes nothing.`)
  return text.replace(from, () => to)
}

export class Copy {
  /** Holds the tree, and beside it what programmes leave lying about. */
  readonly #folder: string
  readonly root: string
  readonly temporary: string
  #undo: (() => void) | null = null

  private constructor(folder: string) {
    this.#folder = folder
    this.root = join(folder, 'tree')
    this.temporary = join(folder, 'tmp')
  }

  /** @param tree the folder to copy; `packages` the node_modules to link */
  static make(tree: string, packages: string): Copy {
    const copy = new Copy(mkdtempSync(join(tmpdir(), 'planted-')))
    mkdirSync(copy.temporary)
    const filter = (source: string) => source === tree || !LEFT_OUT.test(basename(source))
    cpSync(tree, copy.root, { recursive: true, filter })
    symlinkSync(packages, join(copy.root, 'node_modules'), 'junction')
    return copy
  }

  /** Plants, instead of what was planted before. */
  apply(plant: Plant): void {
    this.restore()
    const path = join(this.root, plant.file)
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, planted(text, plant))
    this.#undo = () => writeFileSync(path, text)
  }

  restore(): void {
    this.#undo?.()
    this.#undo = null
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
  }
}

/**
 * Reads all tables of a LevelDB once and checks every block, which LevelDB does not when it reads or compacts them. It takes turns with everything else, since a table is never changed: a big folder
 * is served meanwhile.
 */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { readManifest } from './manifest.ts'
import { damageIn } from './table.ts'

/** What a turn may take: some 0.2 ms. */
const BLOCKS_A_TURN = 25

/** Those of the manifest: what else lies there is being written, or was left behind by a process that was killed. */
const tablesIn = async (folder: string): Promise<string[]> => {
  const tables = (await readManifest(folder))?.tables ?? new Set<number>()
  return [...tables].map((number) => `${String(number).padStart(6, '0')}.ldb`)
}

/** Of all tables together. */
export const tableBytes = async (folder: string): Promise<number> => {
  const sizes = (await tablesIn(folder)).map((name) =>
    stat(join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  )
  return (await Promise.all(sizes)).reduce((total, size) => total + size, 0)
}

const tableAt = (path: string): Promise<Buffer | null> =>
  readFile(path).catch((error: NodeJS.ErrnoException) => {
    // Compacted meanwhile.
    if (error.code === 'ENOENT') return null
    throw error
  })

const damageOf = async (name: string, file: Buffer, isOver: () => boolean): Promise<string | null> => {
  const blocks = damageIn(file)
  for (let count = 1; !isOver(); count += 1) {
    const { done, value } = blocks.next()
    if (done)
      return value && `${name} is not as it was written, in ${value.size} bytes from byte ${value.at} on`
    if (count % BLOCKS_A_TURN === 0) await nextTurn()
  }
  return null
}

/**
 * What is damaged, in words; null if nothing is.
 * @param isOver asked in between: nobody needs the answer any more
 */
export const tableDamage = async (folder: string, isOver: () => boolean): Promise<string | null> => {
  for (const name of await tablesIn(folder)) {
    const file = isOver() ? null : await tableAt(join(folder, name))
    const damage = file && (await damageOf(name, file, isOver))
    if (damage !== null) return damage
  }
  return null
}

/** Folders to damage: of a hub and an outbox that were killed at work, and of the same after a clean stop. What they hold is read once, undamaged. */
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Home } from './bit-flips.ts'
import type { Said } from './marks.ts'
import { readEverything } from './read-everything.ts'

const CHILD = fileURLToPath(new URL('workload/child.ts', import.meta.url))
const WORK = 150

const live = async (
  folder: string,
  [seed, life]: readonly [number, number],
  ending: string,
): Promise<void> => {
  const args = [join(folder, 'disk'), join(folder, 'marks'), seed, life, WORK, ending].map(String)
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, ...args], { stdio: 'inherit' })
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (...ended) => resolve(ended))
  })
  if (code !== 0 && signal !== 'SIGKILL') throw new Error(`a hub at work ended with ${code}`)
}

const ordersSaid = (marks: string): Set<string> => {
  const said = readFileSync(marks, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as Said)
  const keys = said.flatMap((one) => (one.say === 'decided' ? Object.keys(one.rows) : []))
  return new Set(keys.filter((key) => key.startsWith('o/')).map((key) => `order ${key.slice(2)}`))
}

const homeOf = async (folder: string, kind: Home['kind'], ending: string): Promise<Home> => {
  const name = `${kind} ${ending}`
  const kept = join(folder, name)
  cpSync(join(folder, 'disk', kind), kept, { recursive: true })
  const scratch = join(folder, `read ${name}`)
  cpSync(kept, scratch, { recursive: true })
  const orders = ordersSaid(join(folder, 'marks'))
  const rows = await readEverything(kind, scratch, orders)
  return { name, kind, folder: kept, rows }
}

/** @param folder private */
export const makeHomes = async (folder: string, seed: number): Promise<readonly Home[]> => {
  mkdirSync(join(folder, 'disk'))
  const homes: Home[] = []
  for (const [life, ending] of ['kill', 'close'].entries()) {
    await live(folder, [seed, life + 1], ending)
    for (const kind of ['hub', 'outbox'] as const) homes.push(await homeOf(folder, kind, ending))
  }
  return homes
}

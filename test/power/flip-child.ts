/** A process that tries every n-th flip, from one on, and sends what came of each to its parent. */
import { readFileSync } from 'node:fs'
import { drawFlip, type Home, tryFlip } from './bit-flips.ts'

const [file = '', scratch = '', first = '', step = '', count = '', seed = ''] = process.argv.slice(2)
const kept = JSON.parse(readFileSync(file, 'utf8')) as (Omit<Home, 'rows'> & { rows: string[] })[]
const homes = kept.map((home) => ({ ...home, rows: new Set(home.rows) }))

for (let number = Number(first); number < Number(count); number += Number(step)) {
  const { flip, outcome, detail } = await tryFlip(drawFlip(homes, Number(seed), number), scratch)
  process.send!({ number, home: flip.home.name, file: flip.file, at: flip.at, outcome, detail })
}
process.disconnect()

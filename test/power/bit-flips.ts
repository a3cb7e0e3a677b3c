/**
 * Damages folders of a hub and an outbox whose content is known, a bit or a block at a time, opens them and reads everything. What is read must be what was written, or a Fault must say what is
 * damaged. One thing cannot be told from a write that a power cut tore: damage of the very last writes of a log. It counts apart (`tail`), and only if what is missing is the end.
 */
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../../shared/fault.ts'
import { recordsIn } from '../../shared/level/log-file.ts'
import { type Seeded, seeded } from '../support/seeded.ts'
import { readEverything } from './read-everything.ts'

export const OUTCOMES = ['harmless', 'reported', 'tail', 'violation'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** A folder with content that is known; `rows` is a text for each thing that was read. */
export interface Home {
  readonly name: string
  readonly kind: 'hub' | 'outbox'
  readonly folder: string
  readonly rows: ReadonlySet<string>
}

export interface Flip {
  readonly home: Home
  readonly file: string
  readonly at: number
  /** Bytes that are overwritten; null flips one bit. */
  readonly block: Buffer | null
  readonly bit: number
}

export interface Flipped {
  readonly flip: Flip
  readonly outcome: Outcome
  readonly detail: string
}

/** Damage of these is LevelDB's own business: a text for people, and a lock without content. */
const isData = (name: string): boolean => /\.(log|ldb)$|^MANIFEST|^CURRENT$/.test(name)

export const kindOfFile = (name: string): string =>
  name.startsWith('MANIFEST') ? 'MANIFEST' : (/\.\w+$/.exec(name)?.[0] ?? name)

const BLOCKS = [1, 16, 512, 4096] as const

export const drawFlip = (homes: readonly Home[], seed: number, number: number): Flip => {
  const rng = seeded(seed * 1_000_003 + number)
  const home = homes[number % homes.length]!
  const names = readdirSync(home.folder).filter(isData).sort()
  const kinds = [...new Set(names.map(kindOfFile))]
  const kind = rng.oneOf(kinds)
  const file = rng.oneOf(names.filter((name) => kindOfFile(name) === kind))
  const { length } = readFileSync(join(home.folder, file))
  const at = rng.whole(0, Math.max(0, length - 1))
  const block = rng.whole(1, 4) === 1 ? blockOf(rng, length - at) : null
  return { home, file, at, block, bit: rng.whole(0, 7) }
}

const blockOf = (rng: Seeded, most: number): Buffer => {
  const block = Buffer.alloc(Math.min(rng.oneOf(BLOCKS), most))
  if (rng.whole(0, 1) === 1) for (let at = 0; at < block.length; at += 1) block[at] = rng.whole(0, 255)
  return block
}

const damage = (path: string, { at, block, bit }: Flip): void => {
  const content = readFileSync(path)
  if (block !== null) block.copy(content, at)
  else if (content.length > 0) content[at]! ^= 1 << bit
  writeFileSync(path, content)
}

/** Does the damage lie where the last writes of the last log begin, or behind? Two of an outbox's, since some of its writes are not synced. */
const isInTail = ({ home, file, at, block }: Flip): boolean => {
  if (!file.endsWith('.log')) return false
  const records = recordsIn(readFileSync(join(home.folder, file)))
  const begin = records.at(home.kind === 'hub' ? -1 : -3)?.at ?? 0
  return at + (block?.length ?? 1) > begin
}

const missingFrom = (rows: ReadonlySet<string>, found: ReadonlySet<string>): string[] =>
  [...rows].filter((row) => !found.has(row))

const compare = (flip: Flip, found: ReadonlySet<string>): Omit<Flipped, 'flip'> => {
  const missing = missingFrom(flip.home.rows, found)
  const more = missingFrom(found, flip.home.rows)
  if (missing.length + more.length === 0) return { outcome: 'harmless', detail: '' }
  const detail =
    `missing ${missing.length}: ${missing.slice(0, 2)} more ${more.length}: ${more.slice(0, 2)}`.slice(0, 400)
  return { outcome: isInTail(flip) ? 'tail' : 'violation', detail }
}

/** @param scratch private; is replaced */
export const tryFlip = async (flip: Flip, scratch: string): Promise<Flipped> => {
  rmSync(scratch, { recursive: true, force: true })
  cpSync(flip.home.folder, scratch, { recursive: true })
  damage(join(scratch, flip.file), flip)
  try {
    return { flip, ...compare(flip, await readEverything(flip.home.kind, scratch, flip.home.rows)) }
  } catch (error) {
    const isTold = error instanceof Fault && /^[A-Z].*\.$/s.test(error.message)
    return { flip, outcome: isTold ? 'reported' : 'violation', detail: String(error).slice(0, 400) }
  }
}

/** The lives of a hub and an outbox that are recorded: three processes on the same folders, the first two killed. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Recording } from '../disk.ts'
import { record } from '../recorder.ts'

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url))
const LIVES = [
  { work: 90, ending: 'kill' },
  { work: 60, ending: 'kill' },
  { work: 60, ending: 'close' },
] as const

/** @param folder private; what is recorded and the traces are made in it */
export const recordWorkload = (folder: string, seed: number): Promise<Recording> => {
  const watched = { folder: join(folder, 'disk'), marks: join(folder, 'marks') }
  mkdirSync(watched.folder, { recursive: true })
  const commands = LIVES.map(({ work, ending }, life) => [
    process.execPath,
    '--import',
    'tsx',
    CHILD,
    watched.folder,
    watched.marks,
    ...[seed, life + 1, work, ending].map(String),
  ])
  return record(watched, commands)
}

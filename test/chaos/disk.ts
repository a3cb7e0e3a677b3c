/** What the data lie on: a file system that keeps them, and what a bare sync costs there. */
import { closeSync, fdatasyncSync, openSync, readFileSync, realpathSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../../shared/fault.ts'
import { median } from '../load/figures.ts'

/** They forget everything with the machine, and a sync costs nothing: a run on them would say nothing about a disk. */
const IN_MEMORY = ['tmpfs', 'ramfs']

interface Mount {
  readonly place: string
  readonly type: string
}

/** proc(5): `… mount point … - type source options`; spaces are written as octal escapes. */
export const mountsIn = (mountinfo: string): Mount[] =>
  mountinfo
    .trim()
    .split('\n')
    .map((line) => {
      const [before = '', after = ''] = line.split(' - ')
      const place = before.split(' ')[4] ?? ''
      return { place: place.replaceAll('\\040', ' '), type: after.split(' ')[0] ?? '' }
    })

const isBelow = (path: string, place: string): boolean =>
  path === place || path.startsWith(place.endsWith('/') ? place : `${place}/`)

/** The type of the file system that a path lies on: the longest mount point wins, and of several at one place the last. */
export const fileSystemOf = (path: string, mounts: readonly Mount[]): string | null => {
  let found: Mount | null = null
  for (const mount of mounts)
    if (isBelow(path, mount.place) && mount.place.length >= (found?.place.length ?? 0)) found = mount
  return found?.type ?? null
}

/** @returns the file system's name, `unknown` where the system does not tell @throws Fault `configuration` on one that lies in memory */
export const requireDisk = (folder: string): string => {
  let mountinfo = ''
  try {
    mountinfo = readFileSync('/proc/self/mountinfo', 'utf8')
  } catch {
    return 'unknown'
  }
  const type = fileSystemOf(realpathSync(folder), mountsIn(mountinfo)) ?? 'unknown'
  if (IN_MEMORY.includes(type))
    throw new Fault(
      'configuration',
      `${folder} lies in memory (${type}), so a run there would prove nothing about a disk. Choose another place with --data-dir.`,
    )
  return type
}

const TRIALS = 25
const BYTES = Buffer.alloc(4096, 7)

/** What writing 4 KiB and syncing them takes, in milliseconds: the median of some. */
export const bareSyncMs = (folder: string): number => {
  const path = join(folder, 'sync-trial')
  const file = openSync(path, 'w')
  const tookMs = Array.from({ length: TRIALS }, () => {
    const beganMs = performance.now()
    writeSync(file, BYTES)
    fdatasyncSync(file)
    return performance.now() - beganMs
  })
  closeSync(file)
  rmSync(path)
  return Math.round(median(tookMs) * 1000) / 1000
}

/**
 * Watches the disk that the data folder lies on. Below the watermark the hub refuses new orders and goes on with everything else, until there is room again.
 */
import { statfs } from 'node:fs/promises'
import { type Clock, every } from '../shared/clock.ts'
import { messageOf } from '../shared/fault.ts'
import type { Log } from '../shared/log.ts'

export interface DiskWatch {
  isDiskLow(): boolean
  /** As they were found last; null if they are not known. */
  freeBytes(): number | null
  stop(): void
}

export const freeBytesOf = async (folder: string): Promise<number> => {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

export const watchDisk = async (options: {
  freeBytes(): Promise<number>
  /** Free bytes below which the disk is low. 0: never. */
  watermarkBytes: number
  /** Between two looks at the disk. */
  periodMs: number
  clock: Clock
  log: Pick<Log, 'warn' | 'info'>
}): Promise<DiskWatch> => {
  const { freeBytes, watermarkBytes, log } = options
  let isLow = false
  let known: number | null = null
  const look = async () => {
    const free = await freeBytes()
    known = free
    if (isLow !== free < watermarkBytes) {
      isLow = !isLow
      if (isLow) log.warn({ freeBytes: free, watermarkBytes }, 'the disk is low: new orders are refused')
      else log.info({ freeBytes: free }, 'the disk has room again')
    }
  }
  const lookOrSay = () =>
    look().catch((error) => log.warn({ error: messageOf(error) }, 'the free disk is not known'))
  await lookOrSay()
  const stop = every(options.clock, options.periodMs, () => void lookOrSay())
  return { isDiskLow: () => isLow, freeBytes: () => known, stop }
}

/**
 * Watches the disk that the data folder lies on. Below the watermark the hub refuses new orders and goes on with everything else, until there is room again.
 */
import { statfs } from 'node:fs/promises'
import { type Clock, every } from '../shared/clock.ts'
import type { Log } from '../shared/log.ts'

export interface DiskWatch {
  isDiskLow(): boolean
  stop(): void
}

const PERIOD_MS = 5000

export const freeBytesOf = async (folder: string): Promise<number> => {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

export const watchDisk = async (options: {
  freeBytes(): Promise<number>
  /** Free bytes below which the disk is low. 0: never. */
  watermarkBytes: number
  clock: Clock
  log: Pick<Log, 'warn' | 'info'>
}): Promise<DiskWatch> => {
  const { freeBytes, watermarkBytes, log } = options
  let isLow = false
  const look = async () => {
    const free = await freeBytes()
    if (isLow !== free < watermarkBytes) {
      isLow = !isLow
      if (isLow) log.warn({ freeBytes: free, watermarkBytes }, 'the disk is low: new orders are refused')
      else log.info({ freeBytes: free }, 'the disk has room again')
    }
  }
  await look()
  const stop = every(
    options.clock,
    PERIOD_MS,
    () => void look().catch((error) => log.warn({ error }, 'disk not readable')),
  )
  return { isDiskLow: () => isLow, stop }
}

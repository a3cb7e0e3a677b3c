/** What memory a hub holds for good: V8 and the system give back late. */
import { setTimeout as pause } from 'node:timers/promises'
import { inMb } from '../load/figures.ts'
import type { AttackedHub } from './hub-process.ts'
import type { MemoryFigures } from './verdict.ts'

const LOOK_EVERY_MS = 250
const SETTLED_MB = 1
const SETTLE_ROUNDS = 20

const memoryOf = async (hub: AttackedHub): Promise<MemoryFigures> => {
  const { ownBytes, heapUsedBytes, heapTotalBytes, externalBytes } = await hub.memory()
  return {
    ownMb: inMb(ownBytes),
    heapMb: inMb(heapUsedBytes),
    reservedMb: inMb(heapTotalBytes),
    externalMb: inMb(externalBytes),
  }
}

/** After collecting garbage until it makes no difference any more. */
export const settledMemory = async (hub: AttackedHub): Promise<MemoryFigures> => {
  let memory = await memoryOf(hub)
  for (let round = 0; round < SETTLE_ROUNDS; round += 1) {
    await pause(LOOK_EVERY_MS)
    const next = await memoryOf(hub)
    const isSettled = memory.ownMb - next.ownMb < SETTLED_MB && memory.heapMb - next.heapMb < SETTLED_MB
    memory = next
    if (isSettled && round > 2) break
  }
  return memory
}

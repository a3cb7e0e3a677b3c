import type { FailedEvent } from '../link/api.ts'
import { FAILED_KEPT, type Outbox, type ProgressMark } from './api.ts'

/**
 * An outbox that ends with its process. It stores nothing of its own, since the link holds what it has not yet sent: `add` calls back
 * before it returns.
 */
export const createMemoryOutbox = (): Outbox & ProgressMark => {
  const failed: FailedEvent[] = []
  let progress = 0
  return {
    pending: () => [],
    add: (_item, stored) => stored(),
    confirm: () => {},
    fail(_number, event) {
      failed.push(event)
      if (failed.length > FAILED_KEPT) failed.shift()
    },
    failed: () => [...failed],
    onFault: () => {},
    close: async () => {},
    progress: () => progress,
    saveProgress(reached) {
      progress = reached
    },
  }
}

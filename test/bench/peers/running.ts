/** What must be gone when this program is gone, however it ends: servers and folders. */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const closing = new Set<() => void>()

/** `close` must be synchronous. @returns calls it now, and not again at the end */
export const atExit = (close: () => void): (() => void) => {
  closing.add(close)
  return () => {
    if (closing.delete(close)) close()
  }
}

/** Servers were added after the folders they write in: the newest goes first. */
process.on('exit', () => {
  for (const close of [...closing].reverse()) close()
})

/** A new, empty folder below `place`. */
export const newFolder = (place: string): { readonly path: string; readonly remove: () => void } => {
  const path = mkdtempSync(join(place, 'caps-peers-'))
  // A server that was just killed may write a last file meanwhile.
  const remove = atExit(() => rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }))
  return { path, remove }
}

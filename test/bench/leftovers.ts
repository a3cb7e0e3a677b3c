/** What must not outlive this process, however it ends: the folders of its data, and the processes that it has started. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const processes = new Map<number, NodeJS.Signals>()
const folders = new Set<string>()

/** Ends that child when this process ends, if it still runs then. @param signal another one for a child that has children of its own to end */
export const endWithUs = (pid: number, signal: NodeJS.Signals = 'SIGKILL'): void =>
  void processes.set(pid, signal)

/** A new, empty folder in `place`; it goes when this process ends. */
export const newDataFolder = (place: string, prefix: string): string => {
  mkdirSync(place, { recursive: true })
  const folder = mkdtempSync(join(place, prefix))
  folders.add(folder)
  return folder
}

/** The number may have become somebody else's since the child has ended. */
const isOurChild = (pid: number): boolean => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === process.pid
  } catch {
    return false
  }
}

process.once('exit', () => {
  for (const [pid, signal] of processes) if (isOurChild(pid)) process.kill(pid, signal)
  for (const folder of folders)
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
})

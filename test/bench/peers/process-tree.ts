/** Processor time of a program with all its processes and threads, as Linux counts it. */
import { readdirSync, readFileSync } from 'node:fs'

/** proc(5): of a hundred a second on every Linux that Node runs on. */
const MS_A_TICK = 10

interface ProcessTimes {
  readonly parent: number
  /** Its own, user and system, and of its children that have ended. */
  readonly ticks: number
}

/** proc_pid_stat(5). The second field may contain spaces and brackets; fields 4, 14 to 17 are counted from behind it. */
export const timesIn = (stat: string): ProcessTimes => {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  return { parent: Number(fields[1]), ticks }
}

/** null: it has ended meanwhile. */
const timesOf = (pid: number): ProcessTimes | null => {
  try {
    return timesIn(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return null
  }
}

const allTimes = (): Map<number, ProcessTimes> => {
  const all = new Map<number, ProcessTimes>()
  for (const name of readdirSync('/proc')) {
    const times = /^\d+$/.test(name) ? timesOf(Number(name)) : null
    if (times !== null) all.set(Number(name), times)
  }
  return all
}

export const treeTicks = (root: number, all: ReadonlyMap<number, ProcessTimes>): number => {
  const own = all.get(root)?.ticks ?? 0
  const children = [...all].filter(([, { parent }]) => parent === root)
  return children.reduce((sum, [pid]) => sum + treeTicks(pid, all), own)
}

/** Of a process and all below it, in milliseconds. */
export const treeProcessorMs = (pid: number): number => treeTicks(pid, allTimes()) * MS_A_TICK

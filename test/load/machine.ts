/** What Linux tells of this machine and its processes, and a clock that all processes share. */
import { readdirSync, readFileSync } from 'node:fs'
import { Fault } from '../../shared/fault.ts'

/** Milliseconds on the machine's monotonic clock: the same in every process, unlike `performance.now`. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6

/** Resident memory of a process. @throws Error when it has ended */
export const residentBytes = (pid: number): number => {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kib) * 1024
}

export const openFiles = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length

/** Processor time that a process has used, in milliseconds; the kernel counts in hundredths of a second. */
export const processorMs = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** @throws Fault `configuration` when this process, and so its children, may not open as many files as a scenario needs */
export const requireOpenFiles = (needed: number): void => {
  const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
  if (soft !== undefined && Number(soft) < needed)
    throw new Fault(
      'configuration',
      `A process may open ${soft} files here, and the hub needs ${needed}. Raise the limit (ulimit -n ${needed}) or ask for fewer connections.`,
    )
}

/** The kernel's number of an established connection, see `include/net/tcp_states.h`. */
const ESTABLISHED = '01'

const portOf = (address: string): number => Number.parseInt(address.slice(address.indexOf(':') + 1), 16)

/** The peers' ports of all IPv4 connections that are established at a local port. */
export const peersOf = (localPort: number): Set<number> => {
  const rows = readFileSync('/proc/net/tcp', 'utf8').trim().split('\n').slice(1)
  const peers = new Set<number>()
  for (const row of rows) {
    const [, local, remote, state] = row.trim().split(/\s+/)
    if (state === ESTABLISHED && portOf(local!) === localPort) peers.add(portOf(remote!))
  }
  return peers
}

/** Runs programs under strace and gives what they did to the files below a folder. */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { callsIn } from '../support/trace.ts'
import type { Recording } from './disk.ts'
import { traceReader, type Watched } from './trace-reader.ts'

const TRACED = [
  'open',
  'openat',
  'creat',
  'close',
  'write',
  'writev',
  'pwrite64',
  'pwritev',
  'truncate',
  'ftruncate',
  'fallocate',
  'copy_file_range',
  'sendfile',
  'rename',
  'renameat',
  'renameat2',
  'link',
  'linkat',
  'symlink',
  'unlink',
  'unlinkat',
  'mkdir',
  'mkdirat',
  'rmdir',
  'fsync',
  'fdatasync',
  'sync_file_range',
  'syncfs',
  'sync',
  'msync',
  'mmap',
] as const

const run = async (command: readonly string[], traceFile: string): Promise<void> => {
  const options = [
    '-f',
    '--seccomp-bpf',
    '-y',
    '-xx',
    '-s',
    '100000000',
    '-e',
    `trace=${TRACED.join(',')}`,
    '-o',
    traceFile,
  ]
  const child = spawn('strace', [...options, ...command], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, UV_USE_IO_URING: '0' },
  })
  let said = ''
  child.stderr.on('data', (text: Buffer) => {
    said += text.toString()
  })
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (...ended) => resolve(ended))
  })
  if (code !== 0 && signal !== 'SIGKILL')
    throw new Error(`what was to be recorded ended with ${code}: ${said.slice(-2000)}`)
}

const filesBelow = (folder: string): Map<string, Buffer> =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(folder.length + 1), readFileSync(path)]),
  )

const foldersBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))

/**
 * Runs programs one after another.
 * @param commands each may end by itself with 0, or by SIGKILL
 */
export const record = async (
  watched: Watched,
  commands: readonly (readonly string[])[],
  start: Recording['start'] = [],
): Promise<Recording> => {
  const reader = traceReader({ watched, start, folders: foldersBelow(watched.folder) })
  let offset = 0
  for (const command of commands) {
    const traceFile = `${watched.marks}.trace${offset}`
    await run(command, traceFile)
    const trace = readFileSync(traceFile, 'latin1')
    reader.read(callsIn(trace), offset)
    offset += trace.split('\n').length + 1
    reader.reconcile(filesBelow(watched.folder), offset)
    offset += 1
  }
  return { start, steps: reader.steps, marks: reader.marks }
}

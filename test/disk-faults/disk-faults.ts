/** The ways in which a disk fails here: for real where the test's own file system can be made to, else as strace makes the kernel answer. */
import type { BreakableDisk } from './breakable-disk.ts'

export interface Injection {
  readonly call: 'write' | 'fdatasync'
  readonly error: 'ENOSPC' | 'EROFS' | 'EIO'
}

export interface DiskFault {
  /** Completes: a disk that … */
  readonly name: string
  /** null: no file system that can be made here does it. */
  readonly strike: ((disk: BreakableDisk) => void) | null
  readonly injection: Injection
  /** What the program says of it. */
  readonly words: RegExp
}

export const FULL: DiskFault = {
  name: 'is full',
  strike: (disk) => disk.fill(),
  injection: { call: 'write', error: 'ENOSPC' },
  words: /No space left on device/,
}

export const READ_ONLY: DiskFault = {
  name: 'turns read-only',
  strike: (disk) => disk.turnReadOnly(),
  injection: { call: 'write', error: 'EROFS' },
  // What was written before, and not yet synced, fails with EIO.
  words: /Read-only file system|Input\/output error/,
}

export const SYNC_FAILS: DiskFault = {
  name: 'fails a sync',
  strike: (disk) => disk.breakDevice(),
  injection: { call: 'fdatasync', error: 'EIO' },
  // A device says either, as it finds its own room or the file system's journal first.
  words: /Input\/output error|No space left on device/,
}

export const WRITE_FAILS: DiskFault = {
  name: 'fails a write',
  strike: null,
  injection: { call: 'write', error: 'EIO' },
  words: /Input\/output error/,
}

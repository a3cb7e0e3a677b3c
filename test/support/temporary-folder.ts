/** Folders for tests. The root hooks remove one when its test has ended, or after the run if no test was running when it was made. */
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folders: { test: string[]; run: string[] } = { test: [], run: [] }
let scope: keyof typeof folders = 'run'

/** A new, empty folder; its path. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'caps-test-'))
  folders[scope].push(folder)
  return folder
}

// A process that was just killed may hold its files for a moment on Windows.
const remove = (folder: string) =>
  rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })

const removeAll = async (of: keyof typeof folders): Promise<void> =>
  void (await Promise.all(folders[of].splice(0).map(remove)))

/** For the root hooks: from now on folders belong to the test that begins. */
export const beginTestFolders = (): void => {
  scope = 'test'
}

export const endTestFolders = (): Promise<void> => {
  scope = 'run'
  return removeAll('test')
}

export const endRunFolders = (): Promise<void> => removeAll('run')

/**
 * Builds dist when it is not what the sources would give. Plain JavaScript, since it runs before there is a dist. The build goes into a folder of its
 * own that takes dist's place when it is complete, so no process ever reads half of one; a lock lets one process build and the others wait for it. A stamp in
 * dist names the sources that it was made of. An installed package has no sources: there is nothing to do.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join, relative } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const SOURCES = ['bin', 'hub', 'vendor', 'driver', 'shared']
const CONFIGURATION = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json', 'package.json']
const STAMP = '.sources'
const COMPILER = ['node_modules', 'typescript', 'bin', 'tsc']

const LOOK_AGAIN_MS = 50
/** A build takes seconds: whoever holds the lock longer is gone, whatever the process list says (its number may be another's by now). */
const LONGEST_BUILD_MS = 120_000

const root = fileURLToPath(new URL('..', import.meta.url))

/** @param {string} folder @returns {string[]} */
const typescriptFilesIn = (folder) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))

/** @returns {string} a name for the sources as they are: their paths, sizes and times */
const fingerprint = () => {
  const files = [
    ...SOURCES.flatMap((folder) => typescriptFilesIn(join(root, folder))),
    ...CONFIGURATION.map((name) => join(root, name)),
  ].sort()
  const hash = createHash('sha256')
  for (const file of files) {
    // One that an editor has just removed counts as what it is: another state of the sources.
    const stat = statSync(file, { throwIfNoEntry: false })
    hash.update(`${relative(root, file)} ${stat?.size} ${stat?.mtimeMs}\n`)
  }
  return hash.digest('hex')
}

/** @param {string} file @returns {string | null} null if there is none */
const readIfThere = (file) => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

/** @param {string} sources */
const isFresh = (sources) => readIfThere(join(root, 'dist', STAMP)) === sources

/** @param {number} pid */
const isAlive = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** @param {string} lock @returns {boolean} has whoever made the lock ended without removing it? */
const isAbandoned = (lock) => {
  try {
    const pid = readIfThere(join(lock, 'pid'))
    return Date.now() - statSync(lock).mtimeMs > LONGEST_BUILD_MS || (pid !== null && !isAlive(Number(pid)))
  } catch {
    return false
  }
}

/** @param {string} folder */
const remove = (folder) => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })

/** @param {string} lock @returns {boolean} have we got it? */
const tryLock = (lock) => {
  try {
    mkdirSync(lock)
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    if (isAbandoned(lock)) remove(lock)
    return false
  }
  writeFileSync(join(lock, 'pid'), String(process.pid))
  return true
}

/** @param {string} target @returns {boolean} did it compile? What is wrong has been printed if not. */
const compile = (target) => {
  const args = [join(root, ...COMPILER), '-p', join(root, 'tsconfig.build.json'), '--outDir', target]
  const { status, stdout, stderr, error } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  if (status !== 0) console.error(`CAPS does not compile:\n${(error?.message ?? stdout + stderr).trimEnd()}`)
  return status === 0
}

/** @param {string} sources @returns {boolean} */
const build = (sources) => {
  const target = join(root, `dist.${process.pid}`)
  const dist = join(root, 'dist')
  try {
    if (!compile(target)) return false
    writeFileSync(join(target, STAMP), sources)
    remove(dist)
    renameSync(target, dist)
    return true
  } finally {
    remove(target)
  }
}

/** @returns {Promise<boolean>} false if the sources do not compile */
const buildIfStale = async () => {
  const lock = join(root, 'dist.lock')
  while (!isFresh(fingerprint())) {
    if (!tryLock(lock)) {
      await pause(LOOK_AGAIN_MS)
      continue
    }
    try {
      const sources = fingerprint()
      return isFresh(sources) || build(sources)
    } finally {
      remove(lock)
    }
  }
  return true
}

const isInstalled = !existsSync(join(root, 'tsconfig.build.json'))
if (!isInstalled && !(await buildIfStale())) process.exit(1)

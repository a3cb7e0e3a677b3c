/**
 * Builds dist when it is not what the sources would give. Plain JavaScript, since it runs before there is a dist. The build goes into a folder of its
 * own that takes dist's place when it is complete, so no process ever reads half of one; a lock lets one process build and the others wait for it. Its two
 * parts, the programs and the page, are each made only if what there is of it was made of other sources: a stamp in each names them. An installed package has no
 * sources: there is nothing to do.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
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

const STAMP = '.sources'
const PAGE = join('hub', 'page')
const PACKAGES = ['package-lock.json', 'package.json']

/** What dist is made of; the page may take of `shared` what stands here (.ci/import-rules.ts). */
const PROGRAMS = {
  what: 'CAPS does not compile',
  folder: '',
  sources: ['bin', 'hub', 'vendor', 'driver', 'shared'],
  files: ['tsconfig.json', 'tsconfig.build.json', ...PACKAGES],
  tool: join('node_modules', 'typescript', 'bin', 'tsc'),
  /** @param {string} target */
  args: (target) => ['-p', join(root, 'tsconfig.build.json'), '--outDir', target],
  /** @param {string} path */
  takes: (path) => path.endsWith('.ts') && !path.startsWith(PAGE),
}
const PAGE_FILES = {
  what: 'The page does not build',
  folder: 'page',
  sources: [PAGE],
  files: [join('shared', 'ids.ts'), join('shared', 'watch.ts'), ...PACKAGES],
  tool: join('node_modules', 'vite', 'bin', 'vite.js'),
  /** @param {string} target Vite must not look for a configuration in the folders above. */
  args: (target) => [
    ...['build', join(root, PAGE), '--config', join(root, PAGE, 'vite.config.js')],
    ...['--configLoader', 'native', '--outDir', join(target, 'page')],
  ],
  takes: () => true,
}

const LOOK_AGAIN_MS = 50
/** A build takes seconds: whoever holds the lock longer is gone, whatever the process list says (its number may be another's by now). */
const LONGEST_BUILD_MS = 120_000

const root = fileURLToPath(new URL('..', import.meta.url))

/** @param {string} folder @returns {string[]} paths from the root */
const filesIn = (folder) =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    : []

/** @param {typeof PROGRAMS} part @returns {string} a name for its sources as they are: their paths, sizes and times */
const fingerprintOf = ({ sources, files, takes }) => {
  const hash = createHash('sha256')
  for (const file of [...sources.flatMap(filesIn).filter(takes), ...files].sort()) {
    // One that an editor has just removed counts as what it is: another state of the sources.
    const stat = statSync(join(root, file), { throwIfNoEntry: false })
    hash.update(`${file} ${stat?.size} ${stat?.mtimeMs}\n`)
  }
  return hash.digest('hex')
}

/** A tree without the page is built without it. */
const parts = () => (existsSync(join(root, PAGE)) ? [PROGRAMS, PAGE_FILES] : [PROGRAMS])

/** @param {string} file @returns {string | null} null if there is none */
const readIfThere = (file) => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

/** @param {typeof PROGRAMS} part */
const isFresh = (part) => readIfThere(join(root, 'dist', part.folder, STAMP)) === fingerprintOf(part)

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

/** @param {string[]} args @returns {Promise<{ status: number | null, told: string }>} */
const run = (args) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let told = ''
    for (const output of [child.stdout, child.stderr]) output.on('data', (chunk) => (told += chunk))
    child.once('error', (error) => resolve({ status: null, told: error.message }))
    child.once('close', (status) => resolve({ status, told }))
  })

/** @param {typeof PROGRAMS} part @param {string} target @returns {Promise<boolean>} is it there? What is wrong has been printed if not. */
const make = async (part, target) => {
  const sources = fingerprintOf(part)
  const { status, told } = await run([join(root, part.tool), ...part.args(target)])
  if (status !== 0) console.error(`${part.what}:\n${told.trimEnd()}`)
  else writeFileSync(join(target, part.folder, STAMP), sources)
  return status === 0
}

/** What is as it should be comes over from the dist that there is. @param {typeof PROGRAMS} part @param {string} target */
const keep = (part, target) => {
  const dist = join(root, 'dist')
  const isOther = (source) => part.folder !== '' || source !== join(dist, PAGE_FILES.folder)
  cpSync(join(dist, part.folder), join(target, part.folder), { recursive: true, filter: isOther })
}

/** @returns {Promise<boolean>} */
const build = async () => {
  const target = join(root, `dist.${process.pid}`)
  const dist = join(root, 'dist')
  try {
    const made = await Promise.all(
      parts().map((part) => (isFresh(part) ? keep(part, target) : make(part, target)) ?? true),
    )
    if (made.includes(false)) return false
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
  while (!parts().every(isFresh)) {
    if (!tryLock(lock)) {
      await pause(LOOK_AGAIN_MS)
      continue
    }
    try {
      return parts().every(isFresh) || (await build())
    } finally {
      remove(lock)
    }
  }
  return true
}

const isInstalled = !existsSync(join(root, 'tsconfig.build.json'))
if (!isInstalled && !(await buildIfStale())) process.exit(1)

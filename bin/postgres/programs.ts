/** The server programs of PostgreSQL on this machine, and the user that runs them: they refuse to run as root. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const NOBODY = 65_534
/** Debian and Ubuntu keep those of each version there, off the path. */
const DEBIAN = '/usr/lib/postgresql'
const PROGRAMS = ['initdb', 'postgres', 'pg_basebackup', 'pg_ctl']

const isWithPrograms = (folder: string): boolean =>
  PROGRAMS.every((program) => existsSync(join(folder, program)))

const foldersOfPrograms = (): string[] => {
  const versions = existsSync(DEBIAN)
    ? readdirSync(DEBIAN).sort((one, other) => Number(other) - Number(one))
    : []
  return [...(process.env.PATH ?? '').split(':'), ...versions.map((version) => join(DEBIAN, version, 'bin'))]
}

/** Where they are; null if they are not on this machine. */
export const postgresPrograms = (): string | null => foldersOfPrograms().find(isWithPrograms) ?? null

export const serverUser = (): { uid: number; gid: number } | null =>
  process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : null

/** The text of our own files, as the checks read it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface SourceFile {
  /** Relative to the root, with `/` on every system. */
  readonly path: string
  readonly text: string
}

const FOLDERS = ['.ci', 'bin', 'driver', 'examples', 'hub', 'shared', 'test', 'vendor']

const filesOf = (root: string, folder: string): string[] =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.[jt]sx?$/.test(name) && !/(?:^|[\\/])node_modules[\\/]/.test(name))
        .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    : []

/** All files in TypeScript and JavaScript below our folders, by path. */
export const readSourceFiles = (root: string, folders = FOLDERS): SourceFile[] =>
  folders
    .flatMap((folder) => filesOf(root, folder))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))

/** Without the comments that begin a line. Others stay: `'test/**'` would look like one. */
export const withoutComments = (text: string): string =>
  text.replace(/^[ \t]*\/\*.*?\*\//gms, '').replace(/^[ \t]*\/\/.*$/gm, '')

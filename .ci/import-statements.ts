/** The imports of one file, read with regular expressions: enough for code in our style, and it starts at once. */
import { posix } from 'node:path'
import { type SourceFile, withoutComments } from './source-files.ts'

export interface ImportStatement {
  readonly specifier: string
  /** Path of the file, for a relative import; the package's name otherwise, `node:fs` for Node's own. */
  readonly target: string
  readonly isRelative: boolean
  /** `import type`: leaves nothing in the compiled file. `import { type X }` does leave an import. */
  readonly isType: boolean
  readonly isReexport: boolean
}

/** What stands between the keyword and `from` is spelled out, so that a match cannot run on into the next statement. */
const STATEMENTS = [
  /^[ \t]*(?<keyword>import)[ \t]+(?<type>type\s(?!\s*from\b))?[\w$*{},\s]+?\sfrom\s*(['"])(?<specifier>[^'"]+)\3/gm,
  /^[ \t]*(?<keyword>export)\s+(?<type>type\s+)?(?:\*(?:\s+as\s+[\w$]+)?|\{[\w$,\s]*\})\s*from\s*(['"])(?<specifier>[^'"]+)\3/gm,
  /^[ \t]*import[ \t]*(['"])(?<specifier>[^'"]+)\1/gm,
  /\b(?:import|require)\(\s*(['"])(?<specifier>[^'"]+)\1/g,
]

const packageOf = (specifier: string): string =>
  specifier.startsWith('node:')
    ? specifier
    : specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/')

const statementOf = (path: string, groups: Record<string, string | undefined>): ImportStatement => {
  const specifier = groups.specifier ?? ''
  const isRelative = specifier.startsWith('.')
  return {
    specifier,
    target: isRelative ? posix.join(posix.dirname(path), specifier) : packageOf(specifier),
    isRelative,
    isType: groups.type !== undefined,
    isReexport: groups.keyword === 'export',
  }
}

export const importsOf = ({ path, text }: SourceFile): ImportStatement[] => {
  const code = withoutComments(text)
  return STATEMENTS.flatMap((expression) => [...code.matchAll(expression)]).map((match) =>
    statementOf(path, match.groups ?? {}),
  )
}

/** Holds all files of ours against the tables of import-rules.ts, and finds cycles. Pure: it gets the files and gives the faults. */
import {
  BARREL,
  BUILT,
  DIRECTIONS,
  type DirectionRow,
  ENVIRONMENT_READERS,
  PACKAGES,
} from './import-rules.ts'
import { type ImportStatement, importsOf } from './import-statements.ts'
import { type SourceFile, withoutComments } from './source-files.ts'

type Graph = ReadonlyMap<string, readonly ImportStatement[]>

const isWithin = (path: string, places: readonly string[]): boolean =>
  places.some((place) => path === place || (place.endsWith('/') && path.startsWith(place)) || place === '')

const ruleInWords = ({ from, may, mayTypes = [] }: DirectionRow): string =>
  `${from} may import only ${may.join(', ')}${mayTypes.length === 0 ? '' : ` and types of ${mayTypes.join(', ')}`}`

const directionFault = (statement: ImportStatement, row: DirectionRow): string | null => {
  const places = statement.isType ? [...row.may, ...(row.mayTypes ?? [])] : row.may
  return isWithin(statement.target, places) ? null : ruleInWords(row)
}

const packageFault = (path: string, { target }: ImportStatement): string | null => {
  const places = PACKAGES[target]
  return places === undefined || isWithin(path, places)
    ? null
    : `${target} may be imported only in ${places.join(', ')}`
}

const statementFault = (path: string, statement: ImportStatement, graph: Graph): string | null => {
  if (statement.isReexport && path !== BARREL) return `only ${BARREL} may export what another file declares`
  if (!statement.isRelative) return packageFault(path, statement)
  if (statement.target.startsWith(BUILT.folder) && isWithin(path, BUILT.importers)) return null
  if (!graph.has(statement.target) && !statement.target.endsWith('.json'))
    return 'there is no such file of ours (imports end in .ts)'
  const row = DIRECTIONS.find(({ from }) => isWithin(path, [from]))
  return row === undefined ? 'no row of .ci/import-rules.ts covers this file' : directionFault(statement, row)
}

const importFaultsOf = (path: string, graph: Graph): string[] =>
  (graph.get(path) ?? []).flatMap((statement) => {
    const fault = statementFault(path, statement, graph)
    return fault === null ? [] : [`${path} imports ${statement.specifier}: ${fault}`]
  })

const fileFaults = ({ path, text }: SourceFile): string[] => [
  ...(/(?:^|\/)index\.[jt]s$/.test(path) && path !== BARREL
    ? [`${path}: only ${BARREL} may be an index file`]
    : []),
  ...(/\bprocess\s*(?:\.|\[['"])env\b/.test(withoutComments(text)) && !ENVIRONMENT_READERS.test(path)
    ? [`${path} reads process.env: only config.ts, main.ts and bin/ may`]
    : []),
]

/** Each circle that a search from every file runs into, as the files along it; type imports count. */
const cyclesOf = (graph: Graph): string[] => {
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path))
      return void cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '))
    if (done.has(path)) return
    for (const { target } of graph.get(path) ?? []) visit(target, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  return cycles
}

/** What is wrong with the imports of `files`, a line each: file, import and rule. */
export const importFaults = (files: readonly SourceFile[]): string[] => {
  const graph: Graph = new Map(files.map((file) => [file.path, importsOf(file)]))
  return [
    ...files.flatMap((file) => importFaultsOf(file.path, graph)),
    ...files.flatMap(fileFaults),
    ...cyclesOf(graph).map((cycle) => `a circle of imports: ${cycle}`),
  ]
}

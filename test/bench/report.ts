/** What the benchmark prints for people: in 100 columns. */
import { tableOf } from '../load/output.ts'
import type { Disk, Figures, JudgedCheck, Result, Row } from './scenario.ts'

const WIDTH = 100

const whole = (value: number): string =>
  Number.isNaN(value) ? '-' : Math.round(value).toLocaleString('en-US')

/** Three digits tell enough. */
const number = (value: number): string => {
  if (Number.isNaN(value)) return '-'
  if (Math.abs(value) >= 100) return whole(value)
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2)
}

const HEAD = ['', 'events/s', 'hub µs', 'client µs', 'p50 ms', 'p99 ms', 'hub MiB']

const cellsOf = (name: string, figures: Figures): string[] => [
  name,
  whole(figures.eventsPerSecond),
  number(figures.hubMicrosPerEvent),
  number(figures.clientMicrosPerEvent),
  number(figures.p50Ms),
  number(figures.p99Ms),
  whole(figures.hubMiB),
]

const wrapped = (text: string, indent: string): string[] => {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + 1 + word.length <= WIDTH) lines.push(`${lines.pop()} ${word}`)
    else lines.push(`${indent}${word}`)
  }
  return lines
}

const boundInWords = (word: string, bound: number | null, { is, unit }: JudgedCheck): string[] =>
  bound === null ? [] : [`${word} ${is === 'least' ? '>=' : '<='} ${number(bound)} ${unit}`]

const verdictOf = ({ must, goal, ok, isGoalMet }: JudgedCheck): string => {
  if (!ok) return 'MISSED'
  if (must === null && goal !== null) return isGoalMet ? 'goal met' : 'goal missed'
  return goal !== null && isGoalMet ? 'ok, goal met' : 'ok'
}

const checkLines = (check: JudgedCheck): string[] => {
  const bounds = [...boundInWords('must', check.must, check), ...boundInWords('goal', check.goal, check)]
  const text = `${check.what}: ${number(check.value)} ${check.unit} (${bounds.join(', ')}): ${verdictOf(check)}`
  return wrapped(text, '  ')
}

const sameFigures = (one: Figures, other: Figures): boolean => JSON.stringify(one) === JSON.stringify(other)

/** Every side once, CAPS and the control first. */
const sidesOf = ({ caps, control, controlName, further }: Row): [string, Figures][] => [
  ['CAPS', caps],
  [controlName, control],
  ...Object.entries(further).filter(
    ([, figures]) => !sameFigures(figures, caps) && !sameFigures(figures, control),
  ),
]

const LONGEST_NAME = 40

const table = (row: Row): string[] => {
  const cells = [
    HEAD,
    ...sidesOf(row).map(([name, figures]) => cellsOf(name.slice(0, LONGEST_NAME), figures)),
  ]
  const width = Math.max(...cells.map(([name]) => name!.length))
  return tableOf(cells.map(([name, ...rest]) => [name!.padEnd(width), ...rest])).map((line) => `  ${line}`)
}

const rowLines = (row: Row): string[] => [
  ...wrapped(`${row.scenario} ${row.title}`, ''),
  ...table(row),
  ...row.checks.flatMap(checkLines),
  ...row.notes.flatMap((note) => wrapped(note, '  ')),
  '',
]

/** All about one scenario. */
export const resultLines = (result: Result): string[] =>
  'fault' in result
    ? [...wrapped(`${result.scenario} ${result.title}`, ''), ...wrapped(`FAILED: ${result.fault}`, '  '), '']
    : rowLines(result)

export const diskLine = ({ fileSystem, bareSyncMs }: Disk): string =>
  `data on ${fileSystem}, a bare sync of 4 KiB takes ${bareSyncMs} ms`

const summaryOf = (result: Result): string[] => {
  const { scenario, name, ok, isGoalMet } = result
  if ('fault' in result) return [scenario, name, '-', 'FAILED', '-']
  return [scenario, name, number(result.ratio), ok ? 'met' : 'MISSED', isGoalMet ? 'met' : 'missed']
}

/** The limits that the hubs ran under; as a rule the same ones in all scenarios. */
export const limitLines = (results: readonly Result[]): string[] => {
  const scenarios = new Map<string, string[]>()
  for (const result of results) {
    if ('fault' in result) continue
    const words = Object.entries(result.limits)
      .map(([name, limit]) => `${name} ${limit}`)
      .join(', ')
    scenarios.set(words, [...(scenarios.get(words) ?? []), result.scenario])
  }
  return [...scenarios].flatMap(([words, ids]) => [
    ...wrapped(`limits in ${ids.join(', ')}: ${words}`, ''),
    '',
  ])
}

/** One line a scenario. */
export const summaryLines = (results: readonly Result[]): string[] =>
  tableOf([['', 'scenario', 'ratio', 'must', 'goal'], ...results.map(summaryOf)])

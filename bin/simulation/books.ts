/** A counted run's books: what the actors report, held against what was asked for. Pure. */
import type { DriverReport, HubReport, VendorReport } from '../../shared/run-report.ts'
import type { Plan, VendorPlan } from './plan.ts'

export interface VendorEntry {
  readonly plan: VendorPlan
  /** null: it has told nothing yet. */
  readonly report: VendorReport | null
}

export interface Books {
  readonly vendors: readonly VendorEntry[]
  readonly drivers: readonly DriverReport[]
  /** Of all hubs together; null: they have told nothing yet. */
  readonly hub: HubReport | null
  /** Has a hub of the beginning ended? One that was started again by hand tells the launcher nothing. */
  readonly hasLostHub: boolean
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

const SHARED = ['owed', 'deadLetters', 'waiting'] as const
const OWN = ['accepted', 'repeats', 'refused', 'handovers', 'redelivered', 'acknowledged'] as const

/** Each hub counts what it has done itself; what is owed it reads from the database that all of them share. null without any report. */
export const togetherOf = (reports: readonly HubReport[]): HubReport | null => {
  const [first] = reports
  if (first === undefined) return null
  const all = (name: Exclude<keyof HubReport, 'actor'>) => reports.map((report) => report[name])
  return {
    ...first,
    ...Object.fromEntries(OWN.map((name) => [name, sum(all(name))])),
    ...Object.fromEntries(SHARED.map((name) => [name, Math.max(...all(name))])),
  }
}

const isDone = ({ plan, report }: VendorEntry): boolean =>
  plan.orders === 0 || (report !== null && report.thanked + report.failed >= plan.orders)

/** Has every order been thanked for, or refused for good? */
export const areVendorsDone = ({ vendors }: Books): boolean => vendors.every(isDone)

const vendorGaps = ({ plan, report }: VendorEntry): string[] => {
  if (plan.orders === 0) return []
  if (report === null) return [`${plan.name} has reported nothing of its ${plan.orders} orders`]
  const { thanked, failed } = report
  return [
    ...(thanked < plan.orders ? [`${plan.name} has thanked for ${thanked} of ${plan.orders} orders`] : []),
    ...(failed > 0 ? [`${plan.name} had ${failed} orders refused for good`] : []),
  ]
}

const hubGaps = ({ hub, hasLostHub }: Books): string[] => {
  if (hasLostHub) return []
  if (hub === null) return ['the hub has reported nothing']
  return [
    ...(hub.owed > 0 ? [`the hub still owes ${hub.owed} events to somebody`] : []),
    ...(hub.deadLetters > 0 ? [`${hub.deadLetters} events are dead letters`] : []),
  ]
}

/** What a complete run would have and this one has not, in words; empty when nothing is missing. */
export const gapsIn = (books: Books): readonly string[] => [
  ...books.vendors.flatMap(vendorGaps),
  ...hubGaps(books),
]

/** The value that `part` of the sorted values do not exceed (nearest rank); null without values. */
const percentile = (sorted: readonly number[], part: number): number | null =>
  sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? null

const latencyText = (books: Books): string => {
  const sorted = books.vendors.flatMap(({ report }) => report?.latenciesMs ?? []).sort((a, b) => a - b)
  const [median, slow] = [percentile(sorted, 0.5), percentile(sorted, 0.99)]
  return median === null
    ? 'not measured'
    : `p50 ${Math.round(median)} ms, p99 ${Math.round(slow ?? median)} ms`
}

const repeatsDropped = ({ vendors, drivers, hub }: Books): number =>
  (hub?.repeats ?? 0) +
  sum(vendors.map(({ report }) => report?.repeatsDropped ?? 0)) +
  sum(drivers.map((report) => report.repeatsDropped))

const hubRows = ({ hub, hasLostHub }: Books): [string, string][] => {
  if (hub === null) return [['events', 'not known']]
  const note = hasLostHub ? ' (until the hub ended)' : ''
  return [
    ['events', `${hub.accepted}${note}`],
    ['acknowledged', `${hub.acknowledged}${note}`],
    ['redelivered', `${hub.redelivered}${note}`],
  ]
}

const lostText = ({ hub, hasLostHub }: Books): string =>
  hub === null || hasLostHub ? 'not known: the hub was started again' : String(hub.owed + hub.deadLetters)

/** The summary of a counted run, a line each. */
export const summaryLines = (
  counted: NonNullable<Plan['counted']>,
  books: Books,
  elapsedMs: number,
): readonly string[] => {
  const thanked = sum(books.vendors.map(({ report }) => report?.thanked ?? 0))
  const rows: [string, string][] = [
    ['orders', `${thanked} of ${counted.orders} delivered and thanked for`],
    ...hubRows(books),
    ['repeats dropped', String(repeatsDropped(books))],
    ['lost', lostText(books)],
    ['pickup to thanks', latencyText(books)],
    ['time', `${(elapsedMs / 1000).toFixed(1)} s, seed ${counted.seed}`],
  ]
  return rows.map(([name, value]) => `  ${name.padEnd(18)}${value}`)
}

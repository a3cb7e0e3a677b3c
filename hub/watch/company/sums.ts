/** The company's figures, from those of its hubs and from what the database says of all. Rates and counts add up; delays do as they were counted, bucket by bucket; what machines are like stays each hub's own. Pure. */
import type { Flow, HubRow, Summary, Trouble } from '../../../shared/watch.ts'
import type { Totals } from '../../ledger/hubs.ts'
import type { HubFigures, Share, Watched } from './share.ts'

/** Another hub, as it told of itself last. */
export interface OtherHub {
  readonly hub: number
  /** When that was, by this hub's clock. */
  readonly toldMs: number
  readonly share: Share
}

export interface CompanyView {
  /** This hub's number; null where there can be no other. */
  readonly hub: number | null
  readonly others: readonly OtherHub[]
  readonly isWatchedElsewhere: boolean
  /** null on a hub that is alone, and as long as nothing was read. */
  readonly totals: Totals | null
}

export const ALONE: CompanyView = { hub: null, others: [], isWatchedElsewhere: false, totals: null }

/** Sums of tenths are tenths. */
const tenths = (value: number): number => Math.round(value * 10) / 10

const sumOf = (all: readonly HubFigures[], name: Exclude<keyof HubFigures, 'delays'>): number =>
  all.reduce((sum, figures) => sum + figures[name], 0)

/** Of all hubs but this one. */
export const sumElsewhere = (
  { others }: Pick<CompanyView, 'others'>,
  name: Parameters<typeof sumOf>[1],
): number =>
  sumOf(
    others.map(({ share }) => share.figures),
    name,
  )

/** This hub's figures, and those of the others. */
const allOf = (own: HubFigures, { others }: Pick<CompanyView, 'others'>): readonly HubFigures[] => [
  own,
  ...others.map(({ share }) => share.figures),
]

/** @param ready as this hub counts it for itself, as long as it is alone */
export const flowOf = (
  own: HubFigures,
  company: Pick<CompanyView, 'others' | 'totals'>,
  ready: number,
): Flow => {
  const all = allOf(own, company)
  const inFlight = sumOf(all, 'inFlight')
  return {
    in: tenths(sumOf(all, 'in')),
    out: tenths(sumOf(all, 'out')),
    acknowledged: tenths(sumOf(all, 'acknowledged')),
    redelivered: tenths(sumOf(all, 'redelivered')),
    ready: company.totals === null ? ready : Math.max(0, company.totals.owed - inFlight),
    unacknowledged: inFlight + sumOf(all, 'leased'),
  }
}

export const ordersOf = (
  own: HubFigures,
  company: Pick<CompanyView, 'others' | 'totals'>,
  counted: { readonly lying: number; readonly deliveredToday: number },
): Summary['orders'] => {
  const all = allOf(own, company)
  const { lying, deliveredToday } = company.totals ?? counted
  return {
    waiting: lying + sumOf(all, 'leased'),
    assigned: sumOf(all, 'assigned'),
    inTransit: sumOf(all, 'inTransit'),
    deliveredToday,
  }
}

export const connectionsOf = (own: HubFigures, company: CompanyView): Summary['connections'] => {
  const all = allOf(own, company)
  return {
    vendors: sumOf(all, 'vendors'),
    drivers: sumOf(all, 'drivers'),
    watchers: sumOf(all, 'watchers'),
  }
}

const rowOf = (
  hub: number,
  toldMs: number,
  { figures, watched }: { figures: HubFigures; watched: Watched | null },
): HubRow => {
  const { in: came, out, vendors, drivers, watchers } = figures
  return { hub, toldMs, in: came, out, vendors, drivers, watchers, system: watched?.system ?? null }
}

/** A row a hub, this one first; none where there can be no other. */
export const hubRowsOf = (
  own: { readonly figures: HubFigures; readonly watched: Watched },
  { hub, others }: CompanyView,
  nowMs: number,
): readonly HubRow[] =>
  hub === null || others.length === 0
    ? []
    : [
        rowOf(hub, nowMs, own),
        ...others.map(({ hub: number, toldMs, share }) => rowOf(number, toldMs, share)),
      ]

/** What the others have found at theirs, and how much of it there is besides what they tell. */
export const troublesElsewhere = ({
  others,
}: Pick<CompanyView, 'others'>): { readonly told: readonly Trouble[]; readonly untold: number } => {
  const watched = others.flatMap(({ share }) => share.watched ?? [])
  const told = watched.flatMap(({ troubles }) => troubles)
  const count = watched.reduce((sum, { troubleCount }) => sum + troubleCount, 0)
  return { told, untold: Math.max(0, count - told.length) }
}

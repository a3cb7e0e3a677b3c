/**
 * Watches over a counted run until every order is done and the hub owes nothing any more, or its time is over. What is missing then is the books' to say.
 */
import { readFile } from 'node:fs/promises'
import type { Clock } from '../../shared/clock.ts'
import type { DriverReport, HubReport, RunReport, VendorReport } from '../../shared/run-report.ts'
import { reportFileOf } from '../../vendor/till-folder.ts'
import { areVendorsDone, type Books, gapsIn, togetherOf, type VendorEntry } from './books.ts'
import type { Fleet } from './fleet.ts'
import type { Plan, VendorPlan } from './plan.ts'

const POLL_MS = 200
/** For the last acknowledgements, when all orders are done. */
const SETTLE_MS = 15_000

type Reports = Pick<Fleet, 'report' | 'isRunning' | 'askForReports'>

const ofActor = <A extends RunReport['actor']>(
  actor: A,
  report: RunReport | null,
): Extract<RunReport, { actor: A }> | null =>
  report?.actor === actor ? (report as Extract<RunReport, { actor: A }>) : null

/** One that was started again by hand has no channel to us, but leaves its report in its folder. */
const reportInFolder = async (plan: Plan, { store, till }: VendorPlan): Promise<VendorReport | null> => {
  try {
    const text = await readFile(reportFileOf(plan.dataDir, store, till), 'utf8')
    const report = JSON.parse(text) as VendorReport
    return report.seed === plan.counted?.seed ? report : null
  } catch {
    return null
  }
}

const vendorEntry = async (plan: Plan, vendor: VendorPlan, reports: Reports): Promise<VendorEntry> => {
  const own = ofActor('vendor', reports.report(vendor.name))
  if (reports.isRunning(vendor.name)) return { plan: vendor, report: own }
  return { plan: vendor, report: (await reportInFolder(plan, vendor)) ?? own }
}

/** The books as far as the actors have told. */
export const booksOf = async (plan: Plan, reports: Reports, hasLostHub: boolean): Promise<Books> => ({
  vendors: await Promise.all(plan.vendors.map((vendor) => vendorEntry(plan, vendor, reports))),
  drivers: plan.drivers
    .map(({ name }) => ofActor('driver', reports.report(name)))
    .filter((report): report is DriverReport => report !== null),
  hub: togetherOf(
    plan.hubs
      .map(({ name }) => ofActor('hub', reports.report(name)))
      .filter((report): report is HubReport => report !== null),
  ),
  hasLostHub,
})

const pause = (clock: Clock, delayMs: number): Promise<void> =>
  new Promise((resolve) => void clock.after(delayMs, resolve))

/** Resolves when nothing is missing, or no more time is to be given. */
export const untilComplete = async (
  plan: Plan & { readonly counted: NonNullable<Plan['counted']> },
  books: () => Promise<Books>,
  parts: { readonly clock: Clock; askForReports(): void },
): Promise<void> => {
  const { clock } = parts
  let endMs = clock.now() + plan.counted.timeoutMs
  let isSettling = false
  while (clock.now() < endMs) {
    parts.askForReports()
    await pause(clock, POLL_MS)
    const seen = await books()
    if (!areVendorsDone(seen)) continue
    if (gapsIn(seen).length === 0) return
    if (!isSettling) endMs = Math.min(endMs, clock.now() + SETTLE_MS)
    isSettling = true
  }
}

/**
 * The judge of a chaos run. It knows the histories and the promises, and imports nothing of the hub, of the link, or of what they share: if these misunderstand each other, or have a fault in
 * common, it does not have it too. Histories are read once, line by line; what is kept is a few facts an order and an entry.
 */
import type { AuditLine, ParticipantLine, Plan, RunLine } from '../records.ts'
import { type BadColumn, Findings, type Violation } from './findings.ts'
import { LedgerAudit } from './ledger-audit.ts'
import { OrderBook } from './order-book.ts'
import { Outages } from './outages.ts'
import { ParticipantCheck } from './participant.ts'
import { Recovery } from './recovery.ts'

export interface Histories {
  readonly run: Iterable<RunLine>
  /** By participant, its lives from the first on. */
  readonly participants: ReadonlyMap<string, readonly Iterable<ParticipantLine>[]>
  readonly audit: Iterable<AuditLine>
}

export interface Judged {
  /** The members of the run that are hubs. */
  readonly hubs: readonly string[]
  poisonOf(order: string): string | null
}

export interface Verdict extends Readonly<Record<BadColumn, number>> {
  /** Distinct orders that were sent. */
  readonly orders: number
  /** Distinct events that were confirmed to their senders. */
  readonly confirmed: number
  /** Handlers that have succeeded. */
  readonly handled: number
  readonly dead: number
  readonly expired: number
  readonly kills: number
  readonly pauses: number
  readonly cuts: number
  readonly hubKills: number
  readonly hubPauses: number
  readonly hubCuts: number
  readonly databaseRestarts: number
  readonly failOvers: number
  /** Hubs that could not go on and were started again. */
  readonly gaveUp: number
  /** From the start of a killed hub's process to the first event that is handed over again; null if it was never killed, or is one of several. */
  readonly recoveryP99Ms: number | null
  /** The same from the kill on. */
  readonly recoveryFromKillP99Ms: number | null
  readonly recoveries: number
  /** From a restart or loss of the database to the first confirmation after it; null without any. */
  readonly outageP99Ms: number | null
  /** From the last fault until nothing was owed any more; null if that did not come. */
  readonly drainedMs: number | null
  readonly ok: boolean
  /** The first ones. */
  readonly violations: readonly Violation[]
}

const planIn = (run: readonly RunLine[]): Plan => {
  const line = run.find((each) => each[1] === 'plan')
  if (line?.[1] !== 'plan') throw new Error('the history of the run has no plan')
  return line[2]
}

const countIn = (run: readonly RunLine[], kind: RunLine[1]): number =>
  run.filter((line) => line[1] === kind).length

const ofHubs = (run: readonly RunLine[], kind: 'killed' | 'paused', hubs: readonly string[]): number =>
  run.filter((line) => line[1] === kind && hubs.includes(line[2])).length

const hits = (run: readonly RunLine[], isMeant: (what: string) => boolean): number =>
  run.filter((line) => line[1] === 'database-hit' && isMeant(line[2])).length

const doneToHubs = (run: readonly RunLine[], hubs: readonly string[]) => ({
  hubKills: ofHubs(run, 'killed', hubs),
  hubPauses: ofHubs(run, 'paused', hubs),
  hubCuts: countIn(run, 'hub-cut'),
  databaseRestarts: hits(run, (what) => what !== 'fail-over'),
  failOvers: hits(run, (what) => what === 'fail-over'),
  gaveUp: countIn(run, 'gave-up'),
})

interface RunFacts {
  readonly expired: number
  readonly drainedMs: number | null
}

const judgeRun = (run: readonly RunLine[], findings: Findings): RunFacts => {
  let expired = 0
  let drainedMs: number | null = null
  for (const line of run) {
    if (line[1] === 'expired') expired += line[2]
    if (line[1] === 'drained') drainedMs = line[2]
    if (line[1] === 'trouble')
      findings.add('broken', 'a process ends only when it is killed', { detail: line[2] })
    if (line[1] === 'not-drained')
      findings.add('undelivered', 'within 30 s of the last fault nothing is owed any more', {
        detail: line[2],
      })
  }
  if (expired > 0) findings.add('lost', 'no session expires', { detail: `${expired} entries` })
  return { expired, drainedMs }
}

const confirmedIn = ({ orders }: OrderBook): number => {
  let confirmed = 0
  for (const { events } of orders.values())
    for (const facts of Object.values(events)) if (facts.confirmedTo !== null) confirmed += 1
  return confirmed
}

const sentIn = ({ orders }: OrderBook): number =>
  [...orders.values()].filter(({ events }) => events.pickup?.sentMs != null).length

/** Reads all histories and says what they show. @throws Error when the run's own history tells no plan */
export const check = (histories: Histories, { hubs, poisonOf }: Judged): Verdict => {
  const run = [...histories.run]
  const plan = planIn(run)
  const findings = new Findings()
  const book = new OrderBook(findings)
  // Who of several has handed something over cannot be told from outside.
  const recovery = new Recovery(run, hubs.length === 1 ? hubs[0]! : null)
  const delivered = (welcomedMs: number, t: number) => recovery.delivered(welcomedMs, t)
  const outages = new Outages(run)
  const confirmed = (t: number) => outages.confirmed(t)
  const participants = [...histories.participants].map(([name, lives]) => {
    const participant = new ParticipantCheck(name, { findings, book, plan, delivered, confirmed })
    for (const lines of lives) participant.follow(lines)
    return participant
  })
  book.judge()
  const facts = judgeRun(run, findings)
  const isDrained = facts.drainedMs !== null
  const audit = new LedgerAudit({ findings, book, plan, participants, poisonOf, isDrained })
  for (const line of histories.audit) audit.judge(line)
  audit.end()
  return {
    orders: sentIn(book),
    confirmed: confirmedIn(book),
    handled: participants.reduce((sum, { handledCount }) => sum + handledCount, 0),
    ...findings.counts,
    dead: audit.dead,
    ...facts,
    kills: countIn(run, 'killed'),
    pauses: countIn(run, 'paused'),
    cuts: countIn(run, 'cut'),
    ...doneToHubs(run, hubs),
    ...recovery.figures(),
    outageP99Ms: outages.p99Ms,
    ok: findings.isClean,
    violations: findings.violations,
  }
}

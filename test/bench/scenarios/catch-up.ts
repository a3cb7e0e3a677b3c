/**
 * S6: a vendor comes back to a million queued events while others go on with their own at a moderate rate. How fast does it catch up, does the hub's memory stay flat meanwhile, and what do the others feel of it?
 *
 * One event of the catch-up is counted like one of S1, although less happens with it: S1's is published, confirmed, handed over and acknowledged, this one was published and confirmed long ago. It is read from
 * disk instead of taken from memory, handed over once, and its acknowledgement is written and synced. What the others publish meanwhile costs the hub as well, and is not counted.
 */
import { median } from '../../load/figures.ts'
import type { MeasuredHub } from '../../load/measured-hub.ts'
import { bytesIn } from '../../load/temporary-data.ts'
import { askedNote, rateCheck } from '../checks.ts'
import { startCapsHub } from '../hubs.ts'
import { interleaved, medianFigures, medianRatio } from '../pairs.ts'
import { withSides } from '../run-sides.ts'
import type { Context, Figures, Measurement, Scenario } from '../scenario.ts'
import { openSide } from '../side.ts'
import {
  onLinkedFolder,
  type QueuedHub,
  type Round,
  type RoundSizes,
  runRound,
  TILL,
} from './catch-up-round.ts'
import { queueIn } from './queued-folder.ts'
import { LIMITS, LOAD } from './saturated.ts'

interface Sizes extends RoundSizes {
  /** Orders of S1, before and in each window. */
  readonly warmUp: number
  readonly orders: number
}

const sizesOf = ({ isQuick }: Context): Sizes =>
  isQuick
    ? { entries: 20_000, othersPerSecond: 500, warmMs: 700, aloneMs: 1200, warmUp: 4_000, orders: 4_000 }
    : {
        entries: 1_000_000,
        othersPerSecond: 1000,
        warmMs: 3000,
        aloneMs: 4000,
        warmUp: 40_000,
        orders: 40_000,
      }

const FLAT_MB = 25
const MB = 1_000_000

const notesOf = (rounds: readonly Round[], queued: { entries: number; bytes: number }): string[] => {
  const last = rounds.at(-1)!.caughtUp
  const firstMs = median(rounds.map(({ caughtUp }) => caughtUp.firstMs))
  const alone = median(rounds.map((round) => round.alone.p99Ms))
  return [
    `${queued.entries.toLocaleString('en')} events queued for one vendor, ${Math.round(queued.bytes / MB)} MB on disk; one event is a handover and its acknowledgement, those of the others not counted; p50 and p99 are those of the others' orders, the p99 before was ${alone.toFixed(1)} ms`,
    `from connecting to the first event ${Math.round(firstMs)} ms; events a second in each tenth of the last round: ${last.perSecond.join(', ')}`,
  ]
}

const measurementOf = (
  rounds: readonly Round[],
  s1: readonly Figures[],
): Omit<Measurement, 'notes' | 'limits'> => ({
  caps: medianFigures(rounds.map(({ figures }) => figures)),
  control: medianFigures(s1),
  controlName: 'CAPS, S1',
  checks: [
    rateCheck(
      rounds.map(({ figures }) => figures),
      s1,
      { of: 'S1', must: 0.7, goal: 1 },
    ),
    {
      what: "p99 of the others' orders, of theirs without the catch-up",
      kind: 'ratio',
      value: medianRatio(
        rounds.map(({ during }) => during),
        rounds.map(({ alone }) => alone),
        ({ p99Ms }) => p99Ms,
      ),
      is: 'most',
      unit: '×',
      must: 2,
      goal: null,
    },
    {
      what: 'resident memory of the hub, second half of the catch-up above the first (highest)',
      kind: 'absolute',
      value: median(rounds.map(({ grownBytes }) => grownBytes)) / MB,
      is: 'most',
      unit: 'MB',
      must: FLAT_MB,
      goal: null,
    },
  ],
})

/** Where the events are queued, and hubs on it. */
export interface QueuedPlace {
  /** @returns how many entries there are, and the bytes on disk */
  fill(entries: number): Promise<{ entries: number; bytes: number }>
  openCopy(): Promise<QueuedHub>
  /** A hub that has nothing. */
  openEmpty(): Promise<MeasuredHub>
}

/** @param s1Name of the side that the catch-up is compared with */
export const catchUpOn = async (
  context: Context,
  place: QueuedPlace,
  s1Name = 'CAPS, S1',
): Promise<Measurement> => {
  const sizes = sizesOf(context)
  context.say(`${sizes.entries.toLocaleString('en')} events are queued`)
  const queued = await place.fill(sizes.entries)
  const openS1 = async () => openSide(await place.openEmpty(), { name: s1Name, client: 'link', ...LOAD })
  const rounds: Round[] = []
  const { s1 } = await withSides({ s1: openS1 }, async (sides) => {
    const side = sides.get('s1')!
    await side.window(sizes.warmUp)
    const caps = async (): Promise<Figures> => {
      const round = await runRound(context, await place.openCopy(), sizes)
      rounds.push(round)
      return round.figures
    }
    return interleaved({ caps, s1: () => side.window(sizes.orders) }, context.pairs)
  })
  return {
    ...measurementOf(rounds, s1),
    controlName: s1Name,
    limits: LIMITS,
    notes: [...notesOf(rounds, queued), askedNote(LOAD)],
  }
}

const inFolders = (context: Context): QueuedPlace => {
  const seeded = context.newFolder()
  return {
    async fill(wanted) {
      const queues = { stores: [TILL.store], tillsAStore: 1, entries: wanted }
      const entries = await queueIn(seeded, queues)
      return { entries, bytes: await bytesIn(seeded) }
    },
    openCopy: () => onLinkedFolder(context, seeded),
    openEmpty: () => startCapsHub(context.newFolder(), LIMITS),
  }
}

export const catchingUp: Scenario = {
  id: 'S6',
  name: 'catch-up',
  title: 'catch-up: a vendor returns to 1,000,000 queued events',
  run: (context) => catchUpOn(context, inFolders(context)),
}

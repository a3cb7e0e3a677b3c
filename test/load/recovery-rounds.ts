/** Kills a hub again and again while links and an impatient till are at it, starts it anew at once, and notes when it is back. */
import { type MeasuredHub, startMeasuredHub } from './measured-hub.ts'
import { say } from './output.ts'
import { RecoveryLoad } from './recovery-load.ts'

/**
 * Before every so manieth kill the links get the time that they need to trust their connection: a link that loses one within five seconds takes it for a failure and tries less often.
 * Only those rounds tell what a link's user sees of a hub that is killed once.
 */
const SETTLED_EVERY = 5

/** Instants of one round, from the kill on. */
interface Round {
  /** The system has freed what the killed process had, and the new one is spawned. */
  readonly spawnMs: number
  readonly readyMs: number
  /** Of the new hub's own code, without the start of Node. */
  readonly ownStartMs: number
  readonly firstEventMs: number
  /** To a handler of a link; null if links had not settled before the kill. */
  readonly firstHandledMs: number | null
}

/** @param hub is killed; the one in its place, on the same port and folder */
const killAndRestart = async (
  hub: MeasuredHub,
  { folder, load, isSettled }: { folder: string; load: RecoveryLoad; isSettled: boolean },
): Promise<{ hub: MeasuredHub; round: Round }> => {
  await load.untilBusy()
  if (isSettled) await load.untilSettled()
  const killedMs = await hub.kill()
  const first = load.firstEvents()
  const next = await startMeasuredHub({ folder, port: hub.port })
  const { earliestMs, linkMs } = await first
  const { spawnedMs, readyMs, ownStartMs } = next
  const round = {
    spawnMs: spawnedMs - killedMs,
    readyMs: readyMs - killedMs,
    ownStartMs,
    firstEventMs: earliestMs - killedMs,
    firstHandledMs: isSettled ? linkMs - killedMs : null,
  }
  return { hub: next, round }
}

export interface Recovered {
  readonly rounds: readonly Round[]
  readonly confirmed: number
  readonly lost: number
  readonly repeated: number
}

/** @param settlesBefore do the links get that time before this round, counted from 0? */
export const killAgainAndAgain = async (
  folder: string,
  rounds: number,
  settlesBefore = (round: number): boolean => round % SETTLED_EVERY === 0,
): Promise<Recovered> => {
  let hub = await startMeasuredHub({ folder })
  try {
    const load = await RecoveryLoad.start(hub.url)
    const done: Round[] = []
    while (done.length < rounds) {
      const { hub: next, round } = await killAndRestart(hub, {
        folder,
        load,
        isSettled: settlesBefore(done.length),
      })
      hub = next
      done.push(round)
      if (done.length % 10 === 0) say(`${done.length} kills`)
    }
    const ended = await load.end()
    await hub.stop()
    return { rounds: done, ...ended }
  } finally {
    await hub.kill()
  }
}

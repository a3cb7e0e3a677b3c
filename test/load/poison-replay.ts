/**
 * Brings dead letters back. There is no way yet to ask a hub for it from outside, so this one runs in our process: the hub's own parts on the folder's LevelDB, and a link over a real
 * socket.
 */
import { join } from 'node:path'
import { readHubConfig } from '../../hub/config.ts'
import { openLevelLedger } from '../../hub/ledger/level/open.ts'
import { type HubService, serveHub } from '../../hub/main.ts'
import { HubReports } from '../../hub/reports.ts'
import { systemClock } from '../../shared/clock.ts'
import { vendorId } from '../../shared/ids.ts'
import type { HandedEvent } from '../../shared/link/index.ts'
import { DELIVERY_LIMIT, POISONED_TILL } from './poison-limit.ts'
import { connectTill } from './tills.ts'
import { within } from './within.ts'

export interface Replayed {
  readonly letters: number
  /** With as many failures as the limit. */
  readonly lettersAtLimit: number
  /** By two requests for the same letters at the same time. */
  readonly replayed: number
  /** By one more, when they had come back. */
  readonly replayedAgain: number
  /** Different events that came marked as replays and at their first attempt. */
  readonly handled: number
  /** Letters and entries of the till that are left, after a restart. */
  readonly left: number
}

const ID = vendorId(POISONED_TILL.store, POISONED_TILL.id)
const EVERYTHING = { after: 0, limit: 1_000_000 }
const LIMIT_MS = 60_000
const silent = { debug: () => {}, info: () => {}, warn: () => {} }

const withHub = async <T>(
  folder: string,
  work: (service: HubService, url: string) => Promise<T>,
): Promise<T> => {
  const service = await serveHub(
    {
      ledger: await openLevelLedger(join(folder, 'hub'), systemClock),
      clock: systemClock,
      reports: new HubReports(silent, { event: () => {}, close: () => {} }),
      pressure: { isDiskLow: () => false },
      options: readHubConfig({}, {}).options,
    },
    { host: '127.0.0.1', port: 0 },
  )
  try {
    return await work(service, `http://127.0.0.1:${service.port}`)
  } finally {
    await service.close()
  }
}

/** Resolves when as many different events have been handled as were replayed. */
const handleReplays = async (
  { hub }: HubService,
  url: string,
  positions: readonly number[],
): Promise<Pick<Replayed, 'replayed' | 'replayedAgain' | 'handled'>> => {
  const handled = new Set<string>()
  let complete = () => {}
  const completed = new Promise<void>((resolve) => {
    complete = resolve
  })
  const handle = ({ id, replay, attempt }: HandedEvent) => {
    if (replay === true && attempt === 1) handled.add(id)
    if (handled.size === positions.length) complete()
  }
  const { link } = await connectTill(url, POISONED_TILL, { handle })
  const { deadLetters } = hub.upkeep
  const both = await Promise.all([deadLetters.replay(ID, positions), deadLetters.replay(ID, positions)])
  await within(completed, LIMIT_MS, 'the replays').catch(() => {})
  const replayedAgain = await deadLetters.replay(ID, positions)
  await link.close({ drain: true })
  return { replayed: both[0] + both[1], replayedAgain, handled: handled.size }
}

/** Letters, and what waits for the till when it comes. */
const leftIn = (folder: string): Promise<number> =>
  withHub(folder, async ({ hub }, url) => {
    const letters = await hub.upkeep.deadLetters.list(ID, EVERYTHING)
    const { link, welcome } = await connectTill(url, POISONED_TILL)
    await link.close()
    return letters.length + welcome.queued
  })

/** Replays every dead letter of the poisoned till; its handler works now. */
export const replayAll = async (folder: string): Promise<Replayed> => {
  const replayed = await withHub(folder, async (service, url) => {
    const letters = await service.hub.upkeep.deadLetters.list(ID, EVERYTHING)
    const positions = letters.map(({ position }) => position)
    return {
      letters: letters.length,
      lettersAtLimit: letters.filter(({ failures }) => failures.length === DELIVERY_LIMIT).length,
      ...(await handleReplays(service, url, positions)),
    }
  })
  return { ...replayed, left: await leftIn(folder) }
}

/** After all kills: every till whose queue was filled comes and fetches it. */
import type { HandedEvent } from '../../shared/link/index.ts'
import { type MeasuredHub, startMeasuredHub } from './measured-hub.ts'
import { connectTill, Heard, inSlices, type Till } from './tills.ts'
import { within } from './within.ts'

export interface Fetched {
  /** That were queued. */
  readonly entries: number
  readonly missing: number
  readonly faults: number
}

const TILL_LIMIT_MS = 120_000

/** Resolves when it has heard all that its welcome promised. */
const fetch = async (hub: MeasuredHub, till: Till, orders: number): Promise<Heard> => {
  const heard = new Heard(orders)
  let queued = Number.POSITIVE_INFINITY
  let complete = () => {}
  const completed = new Promise<void>((resolve) => {
    complete = resolve
  })
  const look = () => heard.count >= queued && complete()
  const handle = (event: HandedEvent) => {
    heard.hear(event)
    look()
  }
  const { link, welcome } = await connectTill(hub.url, till, { handle })
  queued = welcome.queued
  look()
  await within(completed, TILL_LIMIT_MS, `the queue of ${till.store}/${till.id}`)
  await link.close({ drain: true })
  return heard
}

/** @param orders numbered from 0, shared out over the stores in turn; both events of each must be there for every till of its store */
export const fetchAll = async (folder: string, tills: readonly Till[], orders: number): Promise<Fetched> => {
  const hub = await startMeasuredHub({ folder })
  try {
    const stores = [...new Set(tills.map(({ store }) => store))]
    const ofStore = (store: string) => Math.ceil((orders - stores.indexOf(store)) / stores.length)
    const heard = await inSlices(tills, async (till) => ({
      wanted: 2 * ofStore(till.store),
      got: await fetch(hub, till, orders),
    }))
    await hub.stop()
    return {
      entries: heard.reduce((sum, { wanted }) => sum + wanted, 0),
      missing: heard.reduce((sum, { wanted, got }) => sum + Math.max(0, wanted - got.count), 0),
      faults: heard.reduce((sum, { got }) => sum + got.faults, 0),
    }
  } finally {
    await hub.kill()
  }
}

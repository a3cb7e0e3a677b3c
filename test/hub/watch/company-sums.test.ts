import { expect } from 'chai'
import fc from 'fast-check'
import type { HubFigures } from '../../../hub/watch/company/share.ts'
import {
  ALONE,
  connectionsOf,
  flowOf,
  hubRowsOf,
  type OtherHub,
  ordersOf,
  troublesElsewhere,
} from '../../../hub/watch/company/sums.ts'
import { percentilesOf, SlidingHistogram } from '../../../hub/watch/figures/histogram.ts'

const OWN: HubFigures = {
  ...{ in: 0.1, out: 2, acknowledged: 1, redelivered: 0, inFlight: 3, leased: 1, assigned: 2, inTransit: 4 },
  ...{ vendors: 5, drivers: 1, watchers: 1, delays: [] },
}
const SYSTEM = {
  ...{ loopDelayP99Ms: 1, sync: null, rssBytes: 1, heapBytes: 1, processorShare: 0.1, diskFreeBytes: null },
}
const WATCHED = { system: SYSTEM, troubles: [{ kind: 'disk-low' as const }], troubleCount: 3 }
const TOTALS = { owed: 20, lying: 7, deliveredToday: 9, troubles: [], untold: 0 }

const other = (hub: number, isWatched = true): OtherHub => ({
  hub,
  toldMs: 50,
  share: {
    ...{ version: 1, number: 1, positions: [], watched: isWatched ? WATCHED : null },
    figures: { ...OWN, in: 0.2, inFlight: 10 },
  },
})

describe('figures of a company', () => {
  const company = { ...ALONE, hub: 1, others: [other(2), other(3, false)], totals: TOTALS }

  it('[WA20] are those of the hub where it is alone', () => {
    expect(flowOf(OWN, ALONE, 8)).to.include({ in: 0.1, ready: 8, unacknowledged: 4 })
    expect(ordersOf(OWN, ALONE, { lying: 6, deliveredToday: 2 })).to.deep.equal({
      ...{ waiting: 7, assigned: 2, inTransit: 4, deliveredToday: 2 },
    })
    expect(hubRowsOf({ figures: OWN, watched: WATCHED }, ALONE, 99)).to.deep.equal([])
  })

  it('[WA20] are added up, and what all hubs change is what the database says', () => {
    expect(flowOf(OWN, company, 8)).to.deep.equal({
      ...{ in: 0.5, out: 6, acknowledged: 3, redelivered: 0, ready: 0, unacknowledged: 26 },
    })
    expect(ordersOf(OWN, company, { lying: 6, deliveredToday: 2 })).to.deep.equal({
      ...{ waiting: 10, assigned: 6, inTransit: 12, deliveredToday: 9 },
    })
    expect(connectionsOf(OWN, company)).to.deep.equal({ vendors: 15, drivers: 3, watchers: 3 })
  })

  it('[WA20] have a row a hub, with what its machine is like if it was told', () => {
    const rows = hubRowsOf({ figures: OWN, watched: WATCHED }, company, 99)
    expect(rows.map(({ hub, toldMs, system }) => [hub, toldMs, system])).to.deep.equal([
      [1, 99, SYSTEM],
      [2, 50, SYSTEM],
      [3, 50, null],
    ])
  })

  it('[WA20] tell troubles of others, and how many they have besides', () => {
    expect(troublesElsewhere(company)).to.deep.equal({ told: WATCHED.troubles, untold: 2 })
  })

  it('[WA20] have delays as if all had been counted in one place', () => {
    const delays = fc.array(fc.integer({ min: 0, max: 100_000 }), { maxLength: 50 })
    fc.assert(
      fc.property(fc.array(delays, { maxLength: 4 }), (hubs) => {
        const counted = (values: readonly number[]) => {
          const histogram = new SlidingHistogram(2)
          for (const value of values) histogram.add(value)
          return histogram
        }
        const together = counted(hubs.flat()).percentiles()
        expect(percentilesOf(hubs.map((values) => counted(values).buckets()))).to.deep.equal(together)
      }),
    )
  })
})

import { expect } from 'chai'
import { Company, type Exchange } from '../../../hub/watch/company/company.ts'
import { shareText, type ToldPosition } from '../../../hub/watch/company/share.ts'
import { createManualClock } from '../../support/manual-clock.ts'

const FIGURES = {
  ...{ in: 1, out: 2, acknowledged: 2, redelivered: 0, inFlight: 0, leased: 0, assigned: 0, inTransit: 0 },
  ...{ vendors: 1, drivers: 1, watchers: 0, delays: [[3, 1] as [number, number]] },
}
const POSITION: ToldPosition = {
  ...{ driver: 'bob', lat: 1, lng: 2, timeMs: 1000, hasMoved: true, isConnected: true },
  ...{ stores: ['acme'], orders: [] },
}
const shareOf = (number: number, positions: readonly ToldPosition[] = []) =>
  shareText({ number, figures: FIGURES, watched: null }, positions)

/** However short they are. */
const withPositions = (count: number): string =>
  shareOf(1).replace(
    '"positions":[]',
    `"positions":[${Array(count).fill(JSON.stringify({ ...POSITION, stores: [] }))}]`,
  )

describe('a company of several hubs', () => {
  const clock = createManualClock()
  let told: { hub: number; ageMs: number; share: string }[] | null
  let asked: string[]
  let relayed: string[]
  let company: Company
  let hasOthers: boolean

  beforeEach(() => {
    told = []
    asked = []
    relayed = []
    hasOthers = true
    const hubs: Exchange = {
      number: 1,
      get hasOthers() {
        return hasOthers
      },
      exchange: async (share) => {
        asked.push(share)
        return told
      },
      totals: async () => null,
    }
    company = new Company({
      ...{ hubs, clock, told: () => ({ figures: FIGURES, watched: null }), isWatched: () => false },
      ...{ dayBeganMs: () => 0, positions: () => [POSITION], heard: () => {} },
      relay: (store, { driver }) => relayed.push(`${driver} to ${store}`),
    })
  })

  const hear = async (...shares: readonly string[]): Promise<number[]> => {
    told = shares.map((share, index) => ({ hub: index + 2, ageMs: 0, share }))
    await company.exchange()
    return company.others.map(({ hub }) => hub)
  }

  for (const [what, garbage] of [
    ['no JSON', '{"version":1,"positions":7'],
    ['of another version', shareOf(1).replace('"version":1', '"version":2')],
    ['without figures', '{"version":1,"number":1,"watched":null,"positions":[]}'],
    ['with a place that is none', shareOf(1, [{ ...POSITION, lat: 91 }])],
    ['with more positions than fit', withPositions(2001)],
    ['with more than there may be', shareOf(1).replace('"positions":[]', '"positions":[],"more":1')],
    ['too long', `${shareOf(1)}${' '.repeat(512 * 1024)}`],
  ] as const)
    it(`[WA21] takes a share that is ${what} for silence, and hears the others`, async () => {
      expect(await hear(garbage, shareOf(1))).to.deep.equal([3])
    })

  it('[WA21] takes its own share for one', async () => {
    expect(await hear(shareOf(1))).to.deep.equal([2])
    expect(await hear(asked[0]!)).to.deep.equal([2])
  })

  it('[WA21] tells a store of a driver once a share, and of those that moved only', async () => {
    await hear(shareOf(1, [POSITION, { ...POSITION, driver: 'ann', hasMoved: false }]))
    await hear(shareOf(1, [POSITION]))
    expect(relayed).to.deep.equal(['bob to acme'])
    await hear(shareOf(2, [POSITION]))
    expect(relayed).to.deep.equal(['bob to acme', 'bob to acme'])
  })

  it('[WA21] takes back what it has told when it is alone, once', async () => {
    await hear(shareOf(1))
    hasOthers = false
    for (const answer of [null, [], []]) {
      told = answer
      await company.exchange()
    }
    expect(asked.slice(1)).to.deep.equal(['', ''])
  })

  it('[WA21] keeps what it has heard while the database is away, for ten seconds', async () => {
    await hear(shareOf(1))
    told = null
    clock.advance(9_000)
    await company.exchange()
    expect(company.others).to.have.lengthOf(1)
    clock.advance(2_000)
    expect(company.others).to.deep.equal([])
  })
})

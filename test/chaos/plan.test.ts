import { expect } from 'chai'
import { blowsOf, fatesOf, HUB, type Kill } from './plan.ts'

const ACTORS = ['vendor/s/main', 'driver/d']
const extent = { orders: 500, kills: 97, seed: 5 }

const killsIn = (kills: readonly Kill[]): number =>
  kills.reduce((sum, { againAfterMs }) => sum + (againAfterMs === null ? 1 : 2), 0)

describe('plan of a chaos run', () => {
  it('has exactly as many kills as were asked for, those in the middle of a start included', () => {
    for (const kills of [0, 1, 2, 97, 1000])
      for (const seed of [1, 2, 3]) {
        const { hubKills, actorKills } = blowsOf({ ...extent, kills, seed }, ACTORS)
        expect(killsIn(hubKills) + killsIn(actorKills)).to.equal(kills)
      }
  })

  it('is the same for the same seed, and another one for another', () => {
    expect(blowsOf(extent, ACTORS)).to.deep.equal(blowsOf(extent, ACTORS))
    expect(blowsOf(extent, ACTORS)).to.not.deep.equal(blowsOf({ ...extent, seed: 6 }, ACTORS))
    const fates = (seed: number) => Array.from({ length: 20 }, () => fatesOf(seed)(true))
    expect(fates(1)).to.deep.equal(fates(1))
  })

  it('strikes while there are orders to come, in ascending order, the hub and everybody else', () => {
    const { hubKills, actorKills, pauses } = blowsOf(extent, ACTORS)
    for (const blows of [hubKills, actorKills, pauses]) {
      const at = blows.map(({ atOrder }) => atOrder)
      expect(at).to.deep.equal(at.toSorted((one, other) => one - other))
      expect(at.at(-1)).to.be.below(extent.orders)
    }
    expect(new Set(hubKills.map(({ victim }) => victim))).to.deep.equal(new Set([HUB]))
    expect(new Set(actorKills.map(({ victim }) => victim))).to.deep.equal(new Set(ACTORS))
  })

  it('draws every harm, and none that is silent where there may be no silence', () => {
    const drawn = (maySilence: boolean) => {
      const next = fatesOf(1)
      return new Set(Array.from({ length: 500 }, () => next(maySilence).strike?.harm ?? 'none'))
    }
    expect(drawn(true)).to.deep.equal(new Set(['none', 'reset', 'black-hole', 'half-open', 'trickle']))
    expect(drawn(false)).to.deep.equal(new Set(['none', 'reset']))
  })
})

import { expect } from 'chai'
import { clusterBlowsOf, hubNames } from './cluster-plan.ts'
import { blowsOf, fatesOf, type Kill } from './plan.ts'

const ACTORS = ['vendor/s/main', 'driver/d']
const ALL = { hubs: ['hub'], actors: ACTORS }
const extent = { orders: 500, kills: 97, pauses: 25, seed: 5, cluster: null }
const cluster = { hubs: 3, hasStandby: true, cuts: 60, restarts: 7, failOvers: 5 }

const killsIn = (kills: readonly Kill[]): number =>
  kills.reduce((sum, { againAfterMs }) => sum + (againAfterMs === null ? 1 : 2), 0)

describe('plan of a chaos run', () => {
  it('has exactly as many kills as were asked for, those in the middle of a start included', () => {
    for (const kills of [0, 1, 2, 97, 1000])
      for (const seed of [1, 2, 3]) {
        const { hubKills, actorKills } = blowsOf({ ...extent, kills, seed }, ALL)
        expect(killsIn(hubKills) + killsIn(actorKills)).to.equal(kills)
      }
  })

  it('is the same for the same seed, and another one for another', () => {
    expect(blowsOf(extent, ALL)).to.deep.equal(blowsOf(extent, ALL))
    expect(blowsOf(extent, ALL)).to.not.deep.equal(blowsOf({ ...extent, seed: 6 }, ALL))
    const fates = (seed: number) => Array.from({ length: 20 }, () => fatesOf(seed)(true))
    expect(fates(1)).to.deep.equal(fates(1))
  })

  it('strikes while there are orders to come, in ascending order, the hub and everybody else', () => {
    const { hubKills, actorKills, pauses } = blowsOf(extent, ALL)
    for (const blows of [hubKills, actorKills, pauses]) {
      const at = blows.map(({ atOrder }) => atOrder)
      expect(at).to.deep.equal(at.toSorted((one, other) => one - other))
      expect(at.at(-1)).to.be.below(extent.orders)
    }
    expect(new Set(hubKills.map(({ victim }) => victim))).to.deep.equal(new Set(['hub']))
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

  it('strikes all hubs of a cluster, and half of the time one of them', () => {
    const hubs = hubNames(3)
    const { hubKills, actorKills, pauses } = blowsOf({ ...extent, cluster }, { hubs, actors: ACTORS })
    expect(killsIn(hubKills)).to.be.within(killsIn(actorKills), killsIn(actorKills) + 1)
    expect(new Set(hubKills.map(({ victim }) => victim))).to.deep.equal(new Set(hubs))
    expect(pauses.filter(({ victim }) => hubs.includes(victim))).to.not.have.length(0)
  })

  it('cuts hubs off in every way and from both sides, and does to the database what was asked for', () => {
    const { cuts, databaseBlows } = clusterBlowsOf(cluster, extent)
    expect(cuts).to.have.length(60)
    expect(new Set(cuts.map(({ victim }) => victim))).to.deep.equal(new Set(hubNames(3)))
    expect(new Set(cuts.map(({ from, how }) => `${from} ${how}`)).size).to.equal(6)
    const fallen = databaseBlows.map(({ what }) => what)
    expect(fallen.filter((what) => what === 'fail-over')).to.have.length(5)
    expect(fallen.filter((what) => what !== 'fail-over')).to.have.length(7)
    for (const blows of [cuts, databaseBlows]) {
      const at = blows.map(({ atOrder }) => atOrder)
      expect(at).to.deep.equal(at.toSorted((one, other) => one - other))
    }
    expect(clusterBlowsOf(cluster, extent)).to.deep.equal({ cuts, databaseBlows })
  })
})

import { expect } from 'chai'
import { FleetTargets } from '../../../../hub/ledger/postgres/fleet-targets.ts'

const OWN = 1

/** Of so many pickups, those that are laid with each hub. */
const laid = (count: number, told: readonly (readonly [hub: number, free: number, capacity: number])[]) => {
  const targets = new FleetTargets(OWN)
  targets.heard(new Map(told.map(([hub, free, capacity]) => [hub, { free, capacity }])))
  const of: Record<number, number> = {}
  for (let index = 0; index < count; index += 1) {
    const hub = targets.next()
    of[hub] = (of[hub] ?? 0) + 1
  }
  return of
}

describe('where a new pickup is laid', () => {
  it('[PQ19] is the hub itself as long as nobody is known to have drivers', () => {
    expect(laid(3, [[OWN, 0, 0]])).to.deep.equal({ [OWN]: 3 })
  })

  it('[PQ19] is with whoever has most room left', () => {
    expect(
      laid(6, [
        [OWN, 2, 10],
        [2, 4, 10],
      ]),
    ).to.deep.equal({ [OWN]: 2, 2: 4 })
  })

  it('[PQ19] is never a hub without drivers, also when others have taken all that they had room for', () => {
    expect(
      laid(50, [
        [OWN, 0, 0],
        [2, 4, 10],
      ]),
    ).to.deep.equal({ 2: 50 })
  })

  it('[PQ19] is shared out by what drivers take in all, when more comes than they have told room for', () => {
    expect(
      laid(60, [
        [OWN, 0, 10],
        [2, 0, 20],
      ]),
    ).to.deep.equal({ [OWN]: 20, 2: 40 })
  })
})

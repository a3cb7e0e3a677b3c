import { expect } from 'chai'
import { ROLES, type Role } from '../../../hub/access/identity.ts'
import { may, mayHear, RIGHTS, type Right, reaches } from '../../../hub/access/rights.ts'
import type { OrderKey } from '../../../shared/ids.ts'

const WHO: Readonly<Record<Right, readonly Role[]>> = {
  connect: ['vendor', 'driver'],
  pickup: ['vendor'],
  'in-transit': ['driver'],
  delivered: ['driver'],
  assignments: ['driver'],
  release: ['driver'],
  position: ['driver'],
  track: ['vendor'],
  'read-order': ['vendor', 'observer', 'operator'],
  watch: ['observer', 'operator'],
  'read-all': ['observer', 'operator'],
  operate: ['operator'],
}

const OF_ACME = { store: 'acme', orderId: 'o-1' }

describe('rights', () => {
  for (const [right, roles] of Object.entries(WHO))
    it(`[AC12] to ${right} have ${roles.join(', ')}, and nobody else`, () => {
      expect(ROLES.filter((role) => may({ role }, right as Right))).to.have.members([...roles])
    })

  it('[AC12] are all named here', () => {
    expect(Object.keys(RIGHTS)).to.have.members(Object.keys(WHO))
  })

  it('[AC12] of an observer of one order end with that order', () => {
    const observer = { role: 'observer', order: 'acme/o-1' as OrderKey } as const
    expect(may(observer, 'read-order')).to.equal(true)
    expect(may(observer, 'read-all')).to.equal(false)
    expect(reaches(observer, OF_ACME)).to.equal(true)
    expect(reaches(observer, { store: 'acme', orderId: 'o-2' })).to.equal(false)
    expect(reaches(observer, { store: 'globex', orderId: 'o-1' })).to.equal(false)
  })

  it("[AC12] reach a vendor's own store, everything for observers and operators, nothing for a driver", () => {
    expect(reaches({ role: 'vendor', store: 'acme' }, OF_ACME)).to.equal(true)
    expect(reaches({ role: 'vendor', store: 'globex' }, OF_ACME)).to.equal(false)
    expect(reaches({ role: 'observer' }, OF_ACME)).to.equal(true)
    expect(reaches({ role: 'operator' }, OF_ACME)).to.equal(true)
    expect(reaches({ role: 'driver' }, OF_ACME)).to.equal(false)
  })

  it('[AC13] let a vendor hear of its own store, a driver of pickups, and nobody else of anything', () => {
    const heardBy = (role: Role, store?: string) =>
      (['pickup', 'in-transit', 'delivered'] as const).filter((event) =>
        mayHear({ role, ...(store === undefined ? {} : { store }) }, event, 'acme'),
      )
    expect(heardBy('vendor', 'acme')).to.deep.equal(['in-transit', 'delivered'])
    expect(heardBy('vendor', 'globex')).to.deep.equal([])
    expect(heardBy('driver')).to.deep.equal(['pickup'])
    expect(heardBy('observer')).to.deep.equal([])
    expect(heardBy('operator')).to.deep.equal([])
  })
})

import { expect } from 'chai'
import { vendorId } from '../../../shared/ids.ts'
import { World } from '../../support/world.ts'

describe('dispatcher', () => {
  it('[DL5][DL3] notices what is overdue or due with one timer for all', async () => {
    const world = await World.open()
    const { armed } = world.clock
    for (const id of ['one', 'two', 'three']) await world.vendor(id)
    await world.happens('in-transit A', 'in-transit B', 'in-transit C')
    expect(world.clock.armed).to.equal(armed)
  })

  it('[DL10] keeps the grip of a newer connection when the older one lets go late', async () => {
    const world = await World.open()
    await world.vendor()
    const record = (await world.row(vendorId('acme', 'main')))!
    const handed: string[][] = [[], []]
    const attach = (connection: number) =>
      world.dispatcher.attachQueue(
        record,
        { hand: (handovers) => handed[connection]!.push(...handovers.map(({ entry }) => entry.event)) },
        10,
      )
    const older = attach(0)
    const newer = attach(1)
    older.detach()
    await world.happens('in-transit A')
    expect(handed).to.deep.equal([[], ['in-transit']])
    newer.detach()
    await world.happens('in-transit B')
    expect(handed[1]).to.have.lengthOf(1)
  })

  it('hears and does nothing any more when it is stopped', async () => {
    const world = await World.open()
    const peer = await world.vendor()
    const { armed } = world.clock
    world.dispatcher.stop()
    await world.happens('in-transit A')
    expect([peer.take(), armed - world.clock.armed]).to.deep.equal([[], 1])
  })
})

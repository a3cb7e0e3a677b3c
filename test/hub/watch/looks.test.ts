import { expect } from 'chai'
import { Looks } from '../../../hub/watch/looks.ts'
import type { CityMap } from '../../../hub/watch/map.ts'
import type { Lists } from '../../../hub/watch/ports.ts'
import type { LiveRows } from '../../../hub/watch/screens/shown-queues.ts'
import type { OrderView } from '../../../shared/watch.ts'

describe('looks', () => {
  it('[WA19] reads nothing for one that has gone while it waited', async () => {
    const reads: (() => void)[] = []
    const lists = {
      order: () => new Promise<OrderView>((resolve) => reads.push(() => resolve({} as OrderView))),
    }
    const looks = new Looks({
      lists: lists as unknown as Lists,
      live: {} as LiveRows,
      course: () => ({ minute: [], hour: [] }),
      map: {} as CityMap,
      now: () => 0,
      onCommitted: () => () => {},
    })
    const look = { view: 'order', store: 'acme', orderId: 'A' } as const
    const [stays, goes] = [{ connected: true }, { connected: true }]
    const served = [stays, stays, stays, stays, goes].map((who) => looks.serve(who, look, () => {}))
    goes.connected = false
    for (let number = 0; number < 4; number += 1) reads[number]!()
    const shown = await Promise.all(served)
    expect(shown.map(({ ok }) => ok)).to.deep.equal([true, true, true, true, false])
    expect(shown.at(-1)).to.include({ code: 'no-longer-connected' })
    expect(reads).to.have.length(4)
  })
})

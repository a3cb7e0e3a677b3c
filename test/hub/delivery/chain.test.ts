import { expect } from 'chai'
import fc from 'fast-check'
import { Chain, type Link } from '../../../hub/delivery/chain.ts'

type Step = { do: 'add' } | { do: 'remove'; pick: number } | { do: 'clear' }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ do: 'add' as const }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('remove' as const), pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.constant({ do: 'clear' as const }) },
)

const take = (chain: Chain<number>, links: Link<number>[], pick: number): void => {
  const [link] = links.splice(pick % links.length, 1)
  chain.remove(link!)
}

describe('a chain', () => {
  it('has what came and has not left, in the order in which it came', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const chain = new Chain<number>()
        let links: Link<number>[] = []
        for (const [number, one] of steps.entries()) {
          if (one.do === 'add') links.push(chain.add(number))
          else if (one.do === 'clear') links = []
          else if (links.length > 0) take(chain, links, one.pick)
          if (one.do === 'clear') chain.clear()
          const items = links.map(({ item }) => item)
          expect([[...chain], chain.first, chain.size]).to.deep.equal([items, items[0], items.length])
        }
      }),
    )
  })
})

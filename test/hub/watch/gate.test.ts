import { expect } from 'chai'
import { Gate } from '../../../hub/watch/gate.ts'

/** Work that ends when the test says so. */
class Works {
  readonly begun: string[] = []
  readonly #ends: (() => void)[] = []

  of(name: string): () => Promise<void> {
    return () => {
      this.begun.push(name)
      return new Promise((resolve) => void this.#ends.push(resolve))
    }
  }

  async endNext(): Promise<void> {
    this.#ends.shift()?.()
    // What waits begins some promises later.
    for (let turns = 0; turns < 8; turns += 1) await Promise.resolve()
  }
}

describe('the gate of looks', () => {
  let gate: Gate
  let works: Works
  const ask = (who: object, name: string): void => void gate.run(who, works.of(name))

  beforeEach(() => {
    gate = new Gate(2)
    works = new Works()
  })

  it('[WA19] runs so many at a time, and the others as those end', async () => {
    const [ann, bob] = [{}, {}]
    for (const name of ['a1', 'a2', 'a3']) ask(ann, name)
    ask(bob, 'b1')
    expect(works.begun).to.deep.equal(['a1', 'a2'])
    await works.endNext()
    expect(works.begun).to.deep.equal(['a1', 'a2', 'a3'])
    await works.endNext()
    expect(works.begun).to.deep.equal(['a1', 'a2', 'a3', 'b1'])
  })

  it('[WA19] takes turns between those who ask, however much each asks for', async () => {
    const [greedy, modest, other] = [{}, {}, {}]
    for (let number = 0; number < 8; number += 1) ask(greedy, `g${number}`)
    ask(modest, 'm0')
    ask(other, 'o0')
    ask(modest, 'm1')
    for (let ended = 0; ended < 6; ended += 1) await works.endNext()
    expect(works.begun).to.deep.equal(['g0', 'g1', 'g2', 'm0', 'o0', 'g3', 'm1', 'g4'])
  })

  it('[WA19] goes on behind work that fails, and gives what it gave', async () => {
    const who = {}
    const failed = gate.run(who, () => Promise.reject(new Error('x')))
    expect(await failed.catch(({ message }: Error) => message)).to.equal('x')
    expect(await gate.run(who, async () => 7)).to.equal(7)
    for (const name of ['1', '2', '3']) ask(who, name)
    expect(works.begun).to.deep.equal(['1', '2'])
  })
})

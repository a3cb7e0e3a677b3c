import { expect } from 'chai'
import { Door } from '../../../hub/sockets/door.ts'

describe('door', () => {
  let turns: (() => void)[]
  let door: Door
  let inside: number[]

  beforeEach(() => {
    turns = []
    inside = []
    door = new Door({ endOfTurn: (run) => void turns.push(run) })
  })

  const come = (name: number, isGone = () => false) =>
    door.come({ isGone, letIn: () => void inside.push(name) })

  const upTo = (length: number) => Array.from({ length }, (_, index) => index)

  it('[SK16] lets in who comes at the end of the turn', () => {
    come(0)
    come(1)
    expect([inside, turns.length]).to.deep.equal([[], 1])
    turns.shift()!()
    expect([inside, turns.length]).to.deep.equal([[0, 1], 0])
  })

  it('[SK16] lets in fifty a turn, in the order in which they came', () => {
    for (const name of upTo(120)) come(name)
    turns.shift()!()
    expect(inside).to.deep.equal(upTo(50))
    come(120)
    expect(turns).to.have.length(1)
    turns.shift()!()
    turns.shift()!()
    expect([inside, turns.length]).to.deep.equal([upTo(121), 0])
  })

  it('[SK16] passes over who has gone meanwhile', () => {
    for (const name of upTo(200)) come(name, () => name < 100)
    turns.shift()!()
    expect(inside).to.deep.equal(upTo(150).slice(100))
  })
})

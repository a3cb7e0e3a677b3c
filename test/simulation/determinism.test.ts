import crypto from 'node:crypto'
import { expect } from 'chai'
import sinon from 'sinon'
import { runWorld } from './world.ts'

const forbidden = (name: string) => () => {
  throw new Error(`a simulated world has asked for ${name}`)
}

const forbidChanceAndTime = () => {
  for (const name of ['random'] as const) sinon.stub(Math, name).callsFake(forbidden(`Math.${name}`))
  sinon.stub(Date, 'now').callsFake(forbidden('Date.now'))
  sinon.stub(performance, 'now').callsFake(forbidden('performance.now'))
  for (const name of ['setTimeout', 'setInterval', 'setImmediate'] as const)
    sinon.stub(globalThis, name).callsFake(forbidden(name) as never)
  for (const name of ['randomUUID', 'randomBytes', 'randomInt'] as const)
    sinon.stub(crypto, name).callsFake(forbidden(name) as never)
  sinon.stub(globalThis.crypto, 'getRandomValues').callsFake(forbidden('getRandomValues') as never)
}

describe('a simulated world', () => {
  it('is the same for the same seed, step for step', async () => {
    const [one, other] = [await runWorld(7), await runWorld(7)]
    expect(other.steps).to.deep.equal(one.steps)
    expect(other.hash).to.equal(one.hash)
  })

  it('is another one for another seed', async () => {
    expect((await runWorld(8)).hash).to.not.equal((await runWorld(7)).hash)
  })

  it('draws on nothing but its seed: no chance, no clock and no timer of the machine', async () => {
    const { hash } = await runWorld(9)
    forbidChanceAndTime()
    const again = await runWorld(9)
    sinon.restore()
    expect(again.violations).to.deep.equal([])
    expect(again.hash).to.equal(hash)
  })
})

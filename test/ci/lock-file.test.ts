/** Versions below which published attacks on the hub's transport work (docs/SECURITY.md); npm may install several copies of a package. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'

const LEAST: Readonly<Record<string, string>> = {
  'engine.io': '6.6.9',
  'socket.io-parser': '4.2.6',
  ws: '8.21.0',
}

interface Copy {
  readonly folder: string
  readonly version: string
}

const jsonIn = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T

const isOf = (folder: string, name: string): boolean => `/${folder}`.endsWith(`/node_modules/${name}`)

const copiesOf = (name: string): Copy[] =>
  Object.entries(jsonIn<{ packages: Record<string, { version: string }> }>('package-lock.json').packages)
    .filter(([folder]) => isOf(folder, name))
    .map(([folder, { version }]) => ({ folder, version }))

const installed = ({ folder }: Copy): Copy => ({
  folder,
  version: jsonIn<{ version: string }>(join(folder, 'package.json')).version,
})

/** A version that is not of three numbers is below every other. */
const isAtLeast = (version: string, least: string): boolean => {
  const [one, other] = [version, least].map((text) =>
    /^(\d+)\.(\d+)\.(\d+)$/.exec(text)?.slice(1).map(Number),
  )
  if (one === undefined || other === undefined) return false
  const index = one.findIndex((number, at) => number !== other[at])
  return index === -1 || one[index]! > other[index]!
}

describe('the lock file', () => {
  for (const [name, least] of Object.entries(LEAST)) {
    it(`[CK12] has no copy of ${name} below ${least}`, () => {
      const copies = copiesOf(name)
      expect(copies).to.not.deep.equal([])
      expect(copies.filter(({ version }) => !isAtLeast(version, least))).to.deep.equal([])
    })

    it(`[CK12] is what is installed of ${name}`, () => {
      expect(copiesOf(name).map(installed)).to.deep.equal(copiesOf(name))
    })
  }

  it('[CK12] is compared by numbers, not by letters', () => {
    const answers = ['8.21.0', '8.21.3', '8.100.0', '10.0.0', '8.3.9', '7.99.99', '8.21.0-beta.1'].map(
      (version) => isAtLeast(version, '8.21.0'),
    )
    expect(answers).to.deep.equal([true, true, true, true, false, false, false])
  })
})

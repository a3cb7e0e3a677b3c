import { existsSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { messageOf } from '../../shared/fault.ts'
import { planted } from './copy.ts'
import type { Plant } from './plant.ts'
import { PLANTS } from './plants.ts'
import { chosenPlants, rulesWithoutPlant } from './selection.ts'
import { needsDist, type TestRun } from './test-run.ts'
import { verdictOf } from './verdict.ts'

const PLANT: Plant = {
  name: 'adds one',
  rule: 'AB1',
  file: 'sum.ts',
  from: 'a + b',
  to: 'a + b + 1',
  tests: ['sum.test.ts'],
}
const NAMED: Plant = { name: 'named', file: 'sum.ts', from: 'a', to: 'b', tests: ['sum.test.ts'] }

const run = (...failed: string[]): TestRun => ({
  passed: 1,
  failed,
  isComplete: true,
  isOutOfTime: false,
  lastLines: [],
})
const runs = (tests: TestRun, isThorough = false) => ({ tests, programme: null, isThorough })

describe('planted bugs', () => {
  it('change what is found once, taken literally', () => {
    expect(planted('const sum = a + b', PLANT)).to.equal('const sum = a + b + 1')
    expect(planted('const sum = a + b', { ...PLANT, to: '$&' })).to.equal('const sum = $&')
  })

  it('are refused when they would change nothing, or one of several places', () => {
    expect(() => planted('a - b', PLANT)).to.throw('0 times instead of once')
    expect(() => planted('a + b; a + b', PLANT)).to.throw('2 times instead of once')
    expect(() => planted('a + b', { ...PLANT, to: 'a + b' })).to.throw('changes nothing')
  })

  it('survive when no test fails', () => {
    expect(verdictOf(PLANT, runs(run()))).to.deep.equal({ kind: 'survived' })
  })

  it('of a rule are caught when all that fail cite it', () => {
    const by = ['[AB1] adds', '[AB1][AB2] adds again']
    expect(verdictOf(PLANT, runs(run(...by)))).to.deep.equal({ kind: 'caught', by, others: [] })
    for (const failed of [['[AB2] adds'], ['[AB1] adds', '[AB12] adds']])
      expect(verdictOf(PLANT, runs(run(...failed))).kind).to.equal('not by its rule alone')
  })

  it('of a rule may be caught by others too when all tests are asked, but not only by them', () => {
    const kindOf = (...failed: string[]) => verdictOf(PLANT, runs(run(...failed), true)).kind
    expect(kindOf('[AB1] adds', '[AB2] adds')).to.equal('caught')
    expect(kindOf('[AB2] adds')).to.equal('not by its rule alone')
  })

  it('with a name are caught by whatever fails, a programme too', () => {
    expect(verdictOf(NAMED, runs(run('adds'))).kind).to.equal('caught')
    const programme = { exitCode: 1, isOutOfTime: false, lastLines: ['seed 7: lost', ''] }
    const plant = { ...NAMED, programme: ['--import', 'tsx', 'test/simulation/main.ts', '--seeds', '9'] }
    expect(verdictOf(plant, { tests: null, programme, isThorough: false })).to.deep.equal({
      kind: 'caught',
      by: ['test/simulation/main.ts --seeds 9: seed 7: lost'],
      others: [],
    })
    expect(
      verdictOf(plant, { tests: null, programme: { ...programme, exitCode: 0 }, isThorough: false }),
    ).to.deep.equal({ kind: 'survived' })
  })

  it('say nothing about the tests when those did not run to their end, unless that is the bug', () => {
    const broken = { ...run(), isComplete: false, lastLines: ['SyntaxError'] }
    expect(verdictOf(PLANT, runs(broken))).to.deep.include({ kind: 'fault' })
    const endless = { ...broken, isOutOfTime: true }
    expect(verdictOf(NAMED, runs(endless)).kind).to.equal('fault')
    expect(verdictOf({ ...NAMED, mayHang: true }, runs(endless)).kind).to.equal('caught')
  })

  it('are chosen by rule, by a part of their name, or by section', () => {
    const other = { ...PLANT, rule: 'AB12', name: 'named like AB1' }
    const plants = [PLANT, other, NAMED]
    expect(chosenPlants(plants, { only: 'AB1' })).to.deep.equal([PLANT])
    expect(chosenPlants(plants, { only: 'named' })).to.deep.equal([other, NAMED])
    expect(chosenPlants(plants, { section: 'AB' })).to.deep.equal([PLANT, other])
    expect(chosenPlants(plants, { section: 'named' })).to.deep.equal([NAMED])
  })

  it('are tried on what is built where programs or browsers run it', () => {
    const built = ['test/process/hub.test.ts', 'test/browser/speed.test.ts']
    for (const file of built) expect(needsDist(['test/hub/a.test.ts', file]), file).to.equal(true)
    expect(needsDist(['test/hub/page/state.test.ts', 'test/system/watch.test.ts'])).to.equal(false)
  })

  it('are missed for each rule without one', () => {
    const document = '- **AB1** one\n- **AB2** two\n- **CD1** three\n'
    expect(rulesWithoutPlant(document, [PLANT], {})).to.deep.equal(['AB2', 'CD1'])
    expect(rulesWithoutPlant(document, [PLANT], { section: 'AB' })).to.deep.equal(['AB2'])
    expect(rulesWithoutPlant(document, [PLANT], { only: 'AB1' })).to.deep.equal([])
  })

  it('of this repository all apply, name tests that are there, and differ in name', () => {
    const files = new Map<string, string>()
    const textOf = (file: string): string => {
      if (!files.has(file)) files.set(file, readFileSync(file, 'utf8'))
      return files.get(file)!
    }
    const faults = PLANTS.flatMap((plant) => {
      try {
        planted(textOf(plant.file), plant)
        return []
      } catch (fault) {
        return [messageOf(fault)]
      }
    })
    expect(faults).to.deep.equal([])
    const missing = PLANTS.flatMap(({ tests }) => tests).filter((file) => !existsSync(file))
    expect(missing).to.deep.equal([])
    const names = PLANTS.map(({ rule, name }) => `${rule} ${name}`)
    expect(names).to.deep.equal([...new Set(names)])
  })

  it('of this repository leave no rule out', () => {
    const plantless = rulesWithoutPlant(readFileSync('docs/RULES.md', 'utf8'), PLANTS, {})
    expect(plantless).to.deep.equal([])
  })
})

/** A short run of what `npm run power` does at length. */
import { expect } from 'chai'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { mayTrace } from '../support/trace.ts'
import { flipReportOf, runFlips } from './flip-run.ts'
import { checkPlan, preparePlan } from './run.ts'

describe('a disk', function () {
  this.timeout(120_000)

  it('[LG10][LG15][OB2][OB12] opens after a power cut at any moment, with all that was confirmed and nothing by halves', async function () {
    if (!mayTrace()) this.skip()
    const options = { images: 200, seed: 1, workers: 2, folder: temporaryFolder() }
    const checked = await checkPlan(await preparePlan(options), options)
    expect(checked.filter(({ faults }) => faults.length > 0)).to.deep.equal([])
    expect(new Set(checked.map(({ digest }) => digest)).size).to.be.greaterThan(100)
    expect(Math.max(...checked.map(({ confirmed }) => confirmed))).to.be.greaterThan(20)
  })

  it('[LG16][OB8] is served as it was written, or reported as damaged, when a bit of it has flipped', async () => {
    const options = { flips: 80, seed: 1, workers: 2, folder: temporaryFolder() }
    const { violations, byFile } = flipReportOf(await runFlips(options))
    expect(violations).to.deep.equal([])
    expect(Object.keys(byFile)).to.have.length(8)
  })
})

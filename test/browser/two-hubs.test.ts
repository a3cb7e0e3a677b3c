import { expect } from 'chai'
import { postgresPrograms } from '../../bin/postgres/programs.ts'
import { describeInBrowser, untilNumber } from './browser.ts'
import { sightOf } from './sight.ts'
import { TwoHubs } from './two-hubs.ts'

describeInBrowser('the page of a hub among two, in a browser', function () {
  this.timeout(60_000)
  before(function () {
    if (postgresPrograms() === null && process.env.CI === undefined) this.skip()
  })
  const sight = sightOf(() => TwoHubs.start(), { reducedMotion: 'reduce' })

  it('[WA20] has the other hub’s drivers on its map, with what they carry', async () => {
    const page = await sight.see('/map')
    for (const id of ['d-1', 'd-2']) await page.locator(`[data-pick="driver ${id}"]`).waitFor()
    await page.locator('[data-pick="driver d-1"] a').click()
    await page.locator('.picked-card [data-order^="acme/"]').first().waitFor()
    expect(sight.seen.faults).to.deep.equal([])
  })

  it('[WA20] counts who is connected and what is delivered at both', async () => {
    const page = await sight.see('/')
    await untilNumber(page, '[data-figure="drivers"] dd', { least: 2, most: 2 })
    await untilNumber(page, '[data-figure="vendors"] dd', { least: 1, most: 1 })
    const delivered = '[data-figure="delivered"] dd'
    const before = await untilNumber(page, delivered, { least: 1 })
    await untilNumber(page, delivered, { least: before + 1 })
  })

  it('[WA20] has a line for each hub, until one has not been heard of for long', async () => {
    const page = await sight.see('/system')
    const lines = page.locator('[data-list="hubs"] tbody tr')
    await lines.nth(1).waitFor()
    expect(await lines.count()).to.equal(2)
    await sight.server.killOther()
    await lines.first().waitFor({ state: 'detached' })
  })
})

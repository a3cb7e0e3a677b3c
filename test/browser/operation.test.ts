import { expect } from 'chai'
import { describeInBrowser, untilNumber } from './browser.ts'
import { startCompany } from './company.ts'
import { sightOf } from './sight.ts'

const depthOf = (participant: string): string => `tr[data-queue="${participant}"] [data-depth]`

describeInBrowser('operation in a browser', function () {
  this.timeout(60_000)
  const sight = sightOf(startCompany)

  const startDriver = () =>
    sight.server.start('d-1', 'driver', '--id', 'd-1', '--travel-ms', '20', '--capacity', '100')

  // A test that failed may have left it dead, and the next one is not to fail for that.
  afterEach(async () => {
    if (!sight.server.has('d-1')) await startDriver()
  })

  it('[PA21] shows a queue that grows while its drivers are dead, and drains when one is back', async () => {
    const page = await sight.see('/queues')
    await Promise.all([sight.server.kill('d-1'), sight.server.kill('d-2')])
    await page.locator('tr[data-queue="driver/d-1"] .state', { hasText: 'Away' }).waitFor()
    const depth = await untilNumber(page, depthOf('fleet'), { least: 5 })
    await untilNumber(page, depthOf('fleet'), { least: depth + 1 })
    await startDriver()
    await page.locator('tr[data-queue="driver/d-1"] .state', { hasText: 'Connected' }).waitFor()
    await untilNumber(page, depthOf('fleet'), { most: 2 })
  })

  it('[PA22][PA21] pauses delivery to a till, whose queue grows, and resumes it; both stand in the audit', async () => {
    const page = await sight.see('/queues/vendor/acme/main')
    const depth = '[data-queue="vendor/acme/main"] [data-figure="depth"] dd'
    await page.locator('[data-action="pause"]').click()
    await page.locator('[data-action="resume"]').waitFor()
    await untilNumber(page, depth, { least: 5 })
    await page.locator('[data-action="resume"]').click()
    await untilNumber(page, depth, { most: 3 })
    for (const hasText of [/paused .*acme.* until/, /resumed .*acme/])
      await page.locator('[data-list="audit"] li', { hasText }).waitFor()
  })

  it('[PA23] says that the hub is away, and since when its figures are, and heals by itself', async () => {
    const page = await sight.see('/')
    await untilNumber(page, '[data-figure="delivered"] dd', { least: 1 })
    await sight.server.killHub()
    await page.locator('[data-banner="away"]', { hasText: 'Data as of' }).waitFor()
    await sight.server.startHub()
    await page.locator('[data-connection="live"]').waitFor()
    expect(await page.locator('[data-banner="away"]').count()).to.equal(0)
    const figure = '[data-figure="delivered"] dd'
    const before = await untilNumber(page, figure, { least: 1 })
    await untilNumber(page, figure, { least: before + 1 })
    expect(sight.seen.foreign).to.deep.equal([])
  })
})

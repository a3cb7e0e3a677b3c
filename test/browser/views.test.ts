import { expect } from 'chai'
import { accessibilityFaults, describeInBrowser, type InPage, untilNumber } from './browser.ts'
import { startCompany } from './company.ts'
import { sightOf } from './sight.ts'

/** Each view, and what stands on it when the company is at work. */
const VIEWS: Readonly<Record<string, { readonly path: string; readonly shows: readonly string[] }>> = {
  now: { path: '/', shows: ['[data-figure="waiting"]', '.uplot canvas', '[data-figure="drivers"]'] },
  map: { path: '/map', shows: ['[data-pick="driver d-1"]', '[data-pick="store acme"]', 'canvas.drivers'] },
  orders: { path: '/orders', shows: ['[data-list="orders"] tr[data-order]'] },
  queues: { path: '/queues', shows: ['tr[data-queue="driver/d-1"]', 'tr[data-queue="vendor/acme/main"]'] },
  queue: {
    path: '/queues/vendor/acme/main',
    shows: ['[data-queue="vendor/acme/main"]', '[data-action="pause"]'],
  },
  'dead-letters': { path: '/dead-letters', shows: ['.empty'] },
  system: { path: '/system', shows: ['[data-figure="memory"]', '[data-list="settings"] tr'] },
}

describeInBrowser('views in a browser', function () {
  this.timeout(60_000)
  const sight = sightOf(startCompany, { reducedMotion: 'reduce' })

  for (const [name, { path, shows }] of Object.entries(VIEWS))
    it(`[PA16] shows ${name}, with nothing that axe finds in light and dark, and asks nobody else`, async () => {
      const page = await sight.see(path, { colorScheme: 'light' })
      await page.locator(`main[data-view="${name}"]`).waitFor()
      for (const selector of shows) await page.locator(selector).first().waitFor()
      expect(await accessibilityFaults(page)).to.deep.equal([])
      await page.emulateMedia({ colorScheme: 'dark' })
      expect(await accessibilityFaults(page)).to.deep.equal([])
      expect([sight.seen.foreign, sight.seen.faults]).to.deep.equal([[], []])
    })

  it('[PA17][PA16] leads from the list of orders to the timeline of one, with every hop', async () => {
    const page = await sight.see('/orders?state=delivered')
    await page.locator('[data-list="orders"] tr[data-order] th a').first().click()
    await page.locator('main[data-view="order"]').waitFor()
    for (const what of ['pickup', 'leased', 'assigned', 'in-transit', 'delivered', 'acknowledged'])
      await page.locator(`.hop[data-what="${what}"]`).first().waitFor()
    expect(await accessibilityFaults(page)).to.deep.equal([])
  })

  it('[PA17] finds the orders of a store and of a driver, by the address and by what is typed', async () => {
    const page = await sight.see('/orders?store=flowers')
    await page.locator('tr[data-order^="flowers/"]').first().waitFor()
    expect(await page.locator('tr[data-order^="acme/"]').count()).to.equal(0)
    await page.getByLabel('Store').fill('acme')
    await page.locator('tr[data-order^="acme/"]').first().waitFor()
    expect(page.url()).to.include('store=acme')
  })

  it('[PA18] picks a driver in the list beside the map, and shows its parcels', async () => {
    const page = await sight.see('/map')
    await page.locator('[data-pick="driver d-1"] a').click()
    await page.locator('[data-picked="driver d-1"]').waitFor()
    await page.locator('.picked-card [data-order]').first().waitFor()
    expect(page.url()).to.include('driver=d-1')
  })

  it('[PA18] has drivers on the map that move', async () => {
    const page = await sight.see('/map', { reducedMotion: 'no-preference' })
    await page.locator('[data-pick="driver d-1"]').waitFor()
    // More than the canvas takes until all is drawn that was there when the map was opened.
    await page.waitForFunction((pictures) => {
      const inPage = globalThis as unknown as InPage & { seen?: Set<string | undefined> }
      inPage.seen ??= new Set()
      inPage.seen.add(inPage.document.querySelector('canvas.drivers')?.toDataURL())
      return inPage.seen.size >= pictures
    }, 12)
  })

  it('[PA19] is usable on a narrow screen, where nothing is wider than it', async () => {
    const page = await sight.see('/queues', { viewport: { width: 360, height: 740 } })
    for (const { path, shows } of Object.values(VIEWS)) {
      await page.goto(sight.server.url + path)
      await page.locator(shows[0]!).first().waitFor()
      expect(await page.evaluate('document.documentElement.scrollWidth'), path).to.be.at.most(360)
    }
  })

  it('[PA20] counts what is delivered, while one looks', async () => {
    const page = await sight.see('/')
    const figure = '[data-figure="delivered"] dd'
    const before = await untilNumber(page, figure, { least: 1 })
    await untilNumber(page, figure, { least: before + 1 })
  })
})

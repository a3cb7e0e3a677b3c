import { expect } from 'chai'
import type { Page, Route } from 'playwright-core'
import { type CapsProcess, startCapsWith } from '../support/caps-process.ts'
import { driverOf, orderOf, type TestClient, vendorOf } from '../support/client.ts'
import { readyHub } from '../support/hub-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { newKeys, newSecret, tokenFor } from '../support/tokens.ts'
import { accessibilityFaults, describeInBrowser } from './browser.ts'
import { endNow } from './company.ts'
import { sightOf } from './sight.ts'

const MORE_THAN_A_PAGE = 55
const SCRIPT = '<script>globalThis.harm = 1</script><img src=x onerror="globalThis.harm = 1">'

describeInBrowser('customers and operators in a browser', function () {
  this.timeout(60_000)
  const secret = `test:${newSecret()}`
  const keys = newKeys(secret)
  const sight = sightOf(async () => {
    const flags = ['--data-dir', temporaryFolder(), '--port', '0', '--delivery-limit', '1']
    const starting: CapsProcess = startCapsWith({ CAPS_SECRET: secret }, 'hub', ...flags)
    const hub = await readyHub(starting)
    return { url: hub.url, close: () => endNow(hub) }
  })

  const see = async (path: string, participant: string, order?: string): Promise<Page> => {
    const token = await tokenFor(keys, participant, order === undefined ? {} : { order })
    return sight.see(`${path}#token=${token}`)
  }

  const store = async (name: string): Promise<TestClient> =>
    vendorOf(sight.server.url, name, { token: await tokenFor(keys, `vendor/${name}/main`), id: 'main' })

  let drivers = 0

  /** Another one each time, with room to spare: what a test that failed has left, waiting or held, must not hold up the next one. */
  const driver = async (): Promise<TestClient> => {
    drivers += 1
    const id = `d-${drivers}`
    return driverOf(sight.server.url, id, { token: await tokenFor(keys, `driver/${id}`), capacity: 20 })
  }

  /** What other tests have left is no part of a count. */
  const dropAll = async (): Promise<void> => {
    const token = await tokenFor(keys, 'operator/script')
    await fetch(`${sight.server.url}/api/actions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ action: 'drop', participant: 'all', entries: 'all' }),
    })
  }

  it('[PA24] follows one order by the link that its customer was sent, and shows no other', async () => {
    const vendor = await store('acme')
    for (const orderId of ['mine', 'other']) await vendor.ask('pickup', orderOf('acme', orderId))
    const page = await see('/orders/acme/mine', 'observer/customer', 'acme/mine')
    const words = page.locator('[data-view="tracking"] .tracking-words')
    await words.filter({ hasText: 'a driver is being found' }).waitFor()
    expect(page.url()).not.to.include('token')
    const { ask, handed } = await driver()
    for (let n = 0; n < 2; n += 1) (await handed.next()).reply()
    await words.filter({ hasText: 'going to the store' }).waitFor()
    await ask('in-transit', { store: 'acme', orderId: 'mine' })
    await words.filter({ hasText: 'on the way to you' }).waitFor()
    await ask('delivered', { store: 'acme', orderId: 'mine' })
    await words.filter({ hasText: 'has been delivered' }).waitFor()
    expect(await accessibilityFaults(page)).to.deep.equal([])
    expect([sight.seen.foreign, sight.seen.faults]).to.deep.equal([[], []])
  })

  it('[PA24] shows the same order at the address of another one, and no way to elsewhere', async () => {
    const page = await see('/orders/acme/other', 'observer/customer', 'acme/mine')
    await page.locator('[data-view="tracking"] dd', { hasText: 'mine' }).waitFor()
    expect(await page.locator('main').textContent()).not.to.include('other')
    expect(await page.locator('nav').count()).to.equal(0)
  })

  it('[PA25] asks for a token who has none', async () => {
    const page = await sight.see('/')
    await page.getByLabel(/token/i).first().waitFor()
    expect(await accessibilityFaults(page)).to.deep.equal([])
  })

  it('[PA26] shows what a customer is called as text, whatever it says', async () => {
    const vendor = await store('script')
    await vendor.ask('pickup', { ...orderOf('script', 'o-1'), customer: SCRIPT, address: SCRIPT })
    for (const path of ['/orders', '/orders/script/o-1']) {
      const page = await see(path, 'operator/page')
      await page.getByText(SCRIPT).first().waitFor()
      expect(await page.evaluate(() => 'harm' in globalThis), path).to.equal(false)
      expect([sight.seen.foreign, sight.seen.faults]).to.deep.equal([[], []])
    }
  })

  /** @returns the till that has rejected it, and the page that shows it */
  const deadLetterOf = async (name: string): Promise<{ vendor: TestClient; page: Page }> => {
    const vendor = await store(name)
    await vendor.ask('pickup', orderOf(name, 'o-1'))
    const { ask, handed } = await driver()
    for (;;) {
      const { event, reply } = await handed.next()
      reply()
      if (event.payload.store === name) break
    }
    await ask('in-transit', { store: name, orderId: 'o-1' })
    ;(await vendor.handed.next()).reply({ reject: 'the till is out of paper' })
    const page = await see('/dead-letters', 'operator/page')
    await page.locator('summary', { hasText: 'the till is out of paper' }).first().waitFor()
    return { vendor, page }
  }

  it('[PA27] replays a dead letter, which its participant gets then', async () => {
    await dropAll()
    const { vendor, page } = await deadLetterOf('dead')
    expect(await accessibilityFaults(page)).to.deep.equal([])
    await page.locator('[data-list="entries"] tbody input').check()
    await page.locator('[data-action="replay-selected"]').click()
    const { event, reply } = await vendor.handed.next()
    reply()
    expect(event).to.include({ event: 'in-transit', replay: true })
    await page.locator('.notice.good', { hasText: 'replayed' }).waitFor()
    await page.locator('.empty', { hasText: 'No dead letters' }).waitFor()
  })

  it('says what to do when dead letters cannot be exported', async () => {
    const { page } = await deadLetterOf('kept')
    const answers = {
      'The hub cannot be reached': (route: Route) => route.abort(),
      'The hub answered 502': (route: Route) => route.fulfill({ status: 502, body: '<html>' }),
      'The hub answered with something else': (route: Route) => route.fulfill({ body: '<html>' }),
    }
    for (const [hasText, answer] of Object.entries(answers)) {
      await page.route('**/api/dead-letters?*', answer)
      await page.locator('[data-action="export"]').click()
      await page.locator('.notice.bad', { hasText }).waitFor()
      await page.unroute('**/api/dead-letters?*')
    }
  })

  it('[PA29] drops all dead letters of everybody, on whatever page they are, and tells how many before', async () => {
    await dropAll()
    const vendor = await store('many')
    const orders = Array.from({ length: MORE_THAN_A_PAGE }, (_, n) => orderOf('many', `o-${n}`))
    await Promise.all([...orders, orderOf('many', 'carried')].map((order) => vendor.ask('pickup', order)))
    const { ask, handed } = await driver()
    for (let missing = orders.length + 1; missing > 0; ) {
      const { event, reply } = await handed.next()
      const { store: from, orderId } = event.payload
      reply(from === 'many' && orderId !== 'carried' ? { reject: 'too heavy' } : undefined)
      if (from === 'many') missing -= 1
    }
    await ask('in-transit', { store: 'many', orderId: 'carried' })
    ;(await vendor.handed.next()).reply({ reject: 'the till is out of paper' })
    const page = await see('/dead-letters', 'operator/page')
    const all = orders.length + 1
    await page.locator('[data-action="drop-all"]', { hasText: `Drop all ${all}` }).click()
    await page.locator('dialog', { hasText: `Drop all ${all} dead letters for good?` }).waitFor()
    expect(await accessibilityFaults(page)).to.deep.equal([])
    await page.locator('[data-action="confirm"]').click()
    await page
      .locator('.notice.good', { hasText: `${all} dead letters of all participants dropped` })
      .waitFor()
    await page.locator('.empty', { hasText: 'No dead letters' }).waitFor()
  })
})

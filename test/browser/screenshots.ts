/**
 * `npm run screenshots`: pictures of the page for the README, of a simulation at work. It runs as everybody starts it, for long enough that there is something to see, with a data folder of its own.
 */
import { mkdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { freePort } from '../../bin/simulation/free-port.ts'
import { startCaps } from '../support/caps-process.ts'
import { openBrowser, untilNumber, visit } from './browser.ts'

const FOLDER = 'docs/images'
/** For a minute's charts to have a shape. */
const DELIVERED = 90
const PATIENCE_MS = 120_000

const shoot = async (page: Page, name: string): Promise<void> => {
  const path = join(FOLDER, `${name}.png`)
  await page.screenshot({ path, animations: 'disabled' })
  process.stdout.write(`${path}\n`)
}

const shootAll = async (url: string): Promise<void> => {
  const browser = await openBrowser()
  try {
    const { page } = await visit(browser, url, { colorScheme: 'light' })
    page.setDefaultTimeout(PATIENCE_MS)
    await untilNumber(page, '[data-figure="delivered"] dd', { least: DELIVERED })
    await shoot(page, 'now')
    await page.goto(`${url}/map`)
    await page.locator('.order-lines, [data-pick^="driver"] a').first().click()
    await page.locator('.picked-card [data-order]').nth(1).waitFor()
    await shoot(page, 'map')
    await page.goto(`${url}/orders?state=delivered`)
    await page.locator('[data-list="orders"] tr[data-order] th a').nth(5).click()
    await page.locator('.hop[data-what="delivered"]').first().waitFor()
    await shoot(page, 'timeline')
  } finally {
    await browser.close()
  }
}

const folder = await mkdtemp(join(tmpdir(), 'caps-screenshots-'))
const port = await freePort()
const company = startCaps('all', '--port', String(port), '--data-dir', folder, '--seed', '1')
try {
  mkdirSync(FOLDER, { recursive: true })
  await company.line('taking connections on')
  await shootAll(`http://127.0.0.1:${port}`)
} finally {
  const ended = new Promise((resolve) => company.child.once('close', resolve))
  company.child.kill('SIGTERM')
  await ended
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
}

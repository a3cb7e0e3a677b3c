/** Chromium without a window, closed off from every network but this machine itself. What a page asks of anybody else, and whatever goes wrong in it, is noted. */
import { existsSync } from 'node:fs'
import axe from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** What does not come by then does not come: longer than a busy machine needs, and said by what was waited for. */
const PATIENCE_MS = 20_000

const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
]

/** `describe`, on a machine that has the browser; elsewhere its title says what is missing. */
export const describeInBrowser = (title: string, body: (this: Mocha.Suite) => void): void => {
  if (existsSync(CHROMIUM)) describe(title, body)
  else
    describe.skip(
      `${title} (skipped: there is no Chromium at ${CHROMIUM}; install it, or say with CHROMIUM where it is)`,
      body,
    )
}

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM, args: FLAGS, headless: true })

export interface Visit {
  readonly page: Page
  /** Addresses that are not this machine's. */
  readonly foreign: readonly string[]
  /** What was thrown or complained about in the page. */
  readonly faults: readonly string[]
  close(): Promise<void>
}

const isOurs = (address: string): boolean =>
  /^(?:data|blob|about):/.test(address) || ['127.0.0.1', 'localhost'].includes(new URL(address).hostname)

export const visit = async (
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<Visit> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  const [foreign, faults]: [string[], string[]] = [[], []]
  const note = (asked: string) => void (isOurs(asked) || foreign.push(asked))
  page.on('request', (request) => note(request.url()))
  page.on('websocket', (socket) => note(socket.url()))
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
  await page.goto(address)
  return { page, foreign, faults, close: () => context.close() }
}

/** As much of a page as is looked at by functions that run in it; our own code knows no DOM. */
export interface InPage {
  readonly document: {
    querySelector(selector: string): { readonly textContent: string; toDataURL(): string } | null
  }
  readonly PerformanceObserver: new (
    heard: (list: { getEntries(): { readonly startTime: number }[] }) => void,
  ) => {
    observe(wanted: { readonly type: string; readonly buffered: boolean }): void
  }
  requestAnimationFrame(next: (timeMs: number) => void): void
}

/** Resolves with the number that the element shows, when it is in these bounds. */
export const untilNumber = async (
  page: Page,
  selector: string,
  { least = 0, most = Number.MAX_SAFE_INTEGER }: { readonly least?: number; readonly most?: number },
): Promise<number> => {
  const shown = await page.waitForFunction(
    (wanted) => {
      const { document } = globalThis as unknown as InPage
      const digits = document.querySelector(wanted.selector)?.textContent.replace(/\D/g, '') ?? ''
      const number = Number(digits)
      // An object, since zero would count as no answer.
      return digits !== '' && number >= wanted.least && number <= wanted.most ? { number } : null
    },
    { selector, least, most },
  )
  return (await shown.jsonValue())!.number
}

/** What axe finds wrong with the page as it is, a line each. */
export const accessibilityFaults = async (page: Page): Promise<readonly string[]> => {
  await page.evaluate(axe.source)
  const { violations } = (await page.evaluate("axe.run({ resultTypes: ['violations'] })")) as axe.AxeResults
  return violations.flatMap(({ id, help, nodes }) =>
    nodes
      .slice(0, 3)
      .map(({ html, failureSummary }) => `${id}: ${help}: ${html.slice(0, 200)} ${failureSummary}`),
  )
}

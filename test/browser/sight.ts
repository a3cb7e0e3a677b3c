/** What the browser's suites begin with: something that serves the page, a browser, and for each test a page of its own, which is closed at the test's end. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { openBrowser, type Visit, visit } from './browser.ts'

interface Server {
  readonly url: string
  close(): Promise<void>
}

export interface Sight<S extends Server> {
  /** There from the first test on, as is the browser. */
  readonly server: S
  readonly browser: Browser
  /** The newest visit. */
  readonly seen: Visit
  see(path: string, options?: BrowserContextOptions): Promise<Page>
}

/** To be called in the body of a suite. */
export const sightOf = <S extends Server>(
  start: () => Promise<S>,
  defaults: BrowserContextOptions = {},
): Sight<S> => {
  let server: S
  let browser: Browser
  let seen: Visit | undefined

  before(async () => {
    ;[server, browser] = await Promise.all([start(), openBrowser()])
  })
  after(async () => {
    await Promise.all([browser?.close(), server?.close()])
  })
  afterEach(() => seen?.close())

  return {
    get server() {
      return server
    },
    get browser() {
      return browser
    },
    get seen() {
      return seen!
    },
    async see(path, options = {}) {
      await seen?.close()
      seen = await visit(browser, server.url + path, { ...defaults, ...options })
      return seen.page
    },
  }
}

/**
 * The page, as files: index.html at every address that is a view, and what it loads, by names that hold a hash of the content and so may be kept for ever. Everything in it is the hub's own, and it talks to nobody else: the browser is told
 * so with every file. Whoever reaches the hub may have it, as it tells nothing; what it shows it asks for on the namespace `/watch`.
 */
import { existsSync, statSync } from 'node:fs'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sirv, { type RequestHandler } from 'sirv'
import type { RefusalCode } from '../../shared/codes.ts'
import { FLEET } from '../../shared/ids.ts'
import { FOREIGN_ORIGIN, type Origins } from '../access/origin.ts'
import { refusalAnswer, sendAnswer } from './answers.ts'
import { addressOf, paramsOf } from './paths.ts'

/** As hub/page/addresses.ts has them. */
export const VIEW_ADDRESSES = [
  '/',
  '/map',
  '/orders',
  '/orders/:store/:orderId',
  '/queues',
  `/queues/${FLEET}`,
  '/queues/driver/:id',
  '/queues/vendor/:store/:id',
  '/dead-letters',
  '/system',
]

const ASSETS = '/assets/'
const A_YEAR = 31_536_000

export interface PageParts {
  /** Where the built page lies. */
  readonly folder: string
  isAllowed(origins: Origins): boolean
  refused(code: RefusalCode): void
}

/** Older browsers do not count a WebSocket to the page's own host as its own; the host was checked before. */
const policyFor = (host: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ws://${host} wss://${host}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')

const headersFor = ({ headers }: IncomingMessage): Readonly<Record<string, string>> => ({
  'content-security-policy': policyFor(headers.host ?? ''),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
})

const NOT_BUILT =
  'The page is not built. Run `npm run build` where the hub comes from, and start the hub again. The hub itself works as ever.\n'

/**
 * The file's stream is sirv's own, and nobody listens to its fault: a file that has gone since the start, or one too many open at once, would end the process. Of a range that makes no sense sirv asks the disk all the same, and that throws.
 */
const serve = (files: RequestHandler, request: IncomingMessage, response: ServerResponse): void => {
  delete request.headers.range
  response.once('pipe', (file) => file.once('error', () => response.destroy()))
  files(request, response, () => void response.writeHead(404).end())
}

const hasPage = (folder: string): boolean => existsSync(join(folder, 'index.html'))

/** Where `bin/build.js` puts the page, as seen from the built hub and from its sources. */
const PLACES = ['../../page', '../../dist/page'].map((place) =>
  fileURLToPath(new URL(place, import.meta.url)),
)

export const pageFolder = (): string => PLACES.find(hasPage) ?? PLACES[0]!

const isView = (path: string): boolean => VIEW_ADDRESSES.some((pattern) => paramsOf(pattern, path) !== null)

const filesIn = (folder: string, isForEver: boolean): RequestHandler =>
  sirv(folder, {
    etag: !isForEver,
    gzip: true,
    ...(isForEver ? { immutable: true, maxAge: A_YEAR } : { maxAge: 0 }),
  })

interface Built {
  readonly mtimeMs: number
  readonly documents: RequestHandler
  readonly assets: RequestHandler
}

/** What there is of the page, or null. sirv knows the files as they were when it was made; a page that is built anew while the hub runs has others. */
const builtIn = (folder: string): (() => Built | null) => {
  let built: Built | null = null
  return () => {
    const mtimeMs = statSync(join(folder, 'index.html'), { throwIfNoEntry: false })?.mtimeMs
    if (mtimeMs === undefined) return null
    if (built?.mtimeMs !== mtimeMs)
      built = { mtimeMs, documents: filesIn(folder, false), assets: filesIn(folder, true) }
    return built
  }
}

const sendNotBuilt = (response: ServerResponse): void => {
  response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
  response.end(NOT_BUILT)
}

/** Serves the page, and leaves what is none of its addresses to `otherwise`. */
export const pagesListener = (parts: PageParts, otherwise: RequestListener): RequestListener => {
  const current = builtIn(parts.folder)
  return (request, response) => {
    const { path } = addressOf(request.url ?? '')
    const isAsset = path.startsWith(ASSETS)
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    if (!isRead || !(isAsset || isView(path))) return otherwise(request, response)
    if (!parts.isAllowed(request.headers)) {
      parts.refused('foreign-origin')
      return sendAnswer(response, refusalAnswer('foreign-origin', FOREIGN_ORIGIN))
    }
    for (const [name, value] of Object.entries(headersFor(request))) response.setHeader(name, value)
    const built = current()
    if (built === null) return sendNotBuilt(response)
    if (!isAsset) request.url = '/index.html'
    serve(isAsset ? built.assets : built.documents, request, response)
  }
}

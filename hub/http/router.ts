/**
 * From a request to its route. It must be for a host of ours and from a page that may ask (hub/access/origin.ts), bear a token whose identity has the route's right, and have a body of bounded length: in this order, so that
 * nothing is told, and nothing read, before it is known who asks. Answers are JSON; a refusal is `{ ok: false, code, message }`. What of all there is an identity may see is the route's to decide.
 */
import type { IncomingMessage, RequestListener } from 'node:http'
import type { RefusalCode } from '../../shared/codes.ts'
import { type Identity, isRefusal, type Refusal } from '../access/identity.ts'
import { FOREIGN_ORIGIN, type Origins } from '../access/origin.ts'
import { may, type Right } from '../access/rights.ts'
import { type ApiAnswer, refusalAnswer, sendAnswer } from './answers.ts'
import { readJson } from './body.ts'
import { corsHeaders, preflightHeaders } from './cors.ts'
import { addressOf, paramsOf } from './paths.ts'

export interface ApiRequest {
  /** By their names in the route's path. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** Whatever JSON came with a POST; undefined with a GET. */
  readonly body: unknown
  readonly identity: Identity
}

export interface Route {
  readonly method: 'GET' | 'POST'
  /** A segment that begins with a colon is a parameter, a name: `/api/orders/:store/:orderId`. */
  readonly path: string
  readonly right: Right
  handle(request: ApiRequest): Promise<ApiAnswer> | ApiAnswer
}

export interface RouterParts {
  readonly routes: readonly Route[]
  isAllowed(origins: Origins): boolean
  /** Of pages elsewhere that may read answers. */
  readonly allowedOrigins: readonly string[]
  /** @param token null if the request bears none */
  identify(token: string | null): Promise<Identity | Refusal>
  refused(code: RefusalCode): void
  /** A route has failed, by a fault of ours. */
  failed(error: unknown): void
}

type Found =
  | { readonly kind: 'found'; readonly route: Route; readonly params: Record<string, string> }
  | { readonly kind: 'other-method'; readonly allow: string }
  | { readonly kind: 'none' }

const routeFor = (routes: readonly Route[], method: string, path: string): Found => {
  const others: string[] = []
  for (const route of routes) {
    const params = paramsOf(route.path, path)
    if (params === null) continue
    if (route.method === method) return { kind: 'found', route, params }
    others.push(route.method)
  }
  return others.length > 0 ? { kind: 'other-method', allow: others.join(', ') } : { kind: 'none' }
}

/** From this header and nowhere else: addresses are logged and kept in histories. */
const tokenOf = ({ headers }: IncomingMessage): string | null =>
  /^Bearer +(?<token>\S+)$/i.exec(headers.authorization ?? '')?.groups?.token ?? null

type Answered = ApiAnswer & { readonly headers?: Readonly<Record<string, string>> }

const refuse = (parts: RouterParts, code: RefusalCode, message: string): Answered => {
  parts.refused(code)
  return refusalAnswer(code, message)
}

const answerOf = async (parts: RouterParts, request: IncomingMessage): Promise<Answered> => {
  if (!parts.isAllowed(request.headers)) return refuse(parts, 'foreign-origin', FOREIGN_ORIGIN)
  const identity = await parts.identify(tokenOf(request))
  if (isRefusal(identity)) return refuse(parts, identity.code, identity.message)
  const { path, query } = addressOf(request.url ?? '')
  const found = routeFor(parts.routes, request.method ?? '', path)
  if (found.kind === 'none') return refuse(parts, 'not-found', 'There is nothing at this address.')
  if (found.kind === 'other-method') {
    const { allow } = found
    return { ...refuse(parts, 'wrong-method', `This address takes ${allow} only.`), headers: { allow } }
  }
  const { route, params } = found
  if (!may(identity, route.right))
    return refuse(parts, 'not-permitted', `This is not for ${identity.role}s with such a token.`)
  if (route.method === 'GET') return route.handle({ params, query, body: undefined, identity })
  const read = await readJson(request)
  if (read.kind === 'refused') return refuse(parts, 'bad-request', read.message)
  return route.handle({ params, query, body: read.body, identity })
}

export const createRouter =
  (parts: RouterParts): RequestListener =>
  (request, response) => {
    const preflight = preflightHeaders(request, parts.allowedOrigins)
    if (preflight !== null && parts.isAllowed(request.headers))
      return void response.writeHead(204, preflight).end()
    const cors = corsHeaders(request.headers, parts.allowedOrigins)
    answerOf(parts, request)
      .catch((error: unknown): Answered => {
        if (!request.destroyed) parts.failed(error)
        return refusalAnswer('hub-fault', 'The hub could not answer this.')
      })
      .then((answer) => {
        // What was not read of the request would be taken for the next one.
        const close = request.complete ? {} : { connection: 'close' }
        sendAnswer(response, answer, { ...cors, ...answer.headers, ...close })
      })
  }

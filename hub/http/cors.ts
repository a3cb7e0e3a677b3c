/**
 * What lets a web page of a configured origin read answers (https://fetch.spec.whatwg.org/#http-cors-protocol). Its requests are answered anyway, since its origin is one of ours; without these headers its browser would keep the
 * answers from it, and ask nothing that bears a token. Tokens go in `Authorization` and no cookie counts, so no credentials are allowed. Pages of the hub's own origin need none of it. Pure.
 */
import type { IncomingHttpHeaders } from 'node:http'

type Headers = Readonly<Record<string, string>>

const NONE: Headers = {}
const PREFLIGHT_S = '600'

const isConfigured = (origin: string | undefined, allowedOrigins: readonly string[]): origin is string =>
  origin !== undefined && allowedOrigins.includes(origin)

/** For every answer, refusals too. */
export const corsHeaders = ({ origin }: IncomingHttpHeaders, allowedOrigins: readonly string[]): Headers =>
  isConfigured(origin, allowedOrigins) ? { 'access-control-allow-origin': origin, vary: 'origin' } : NONE

/** Whether a browser asks if its page may ask; null if it does not, or the page is of no configured origin. It bears no token. */
export const preflightHeaders = (
  { method, headers }: { readonly method?: string | undefined; readonly headers: IncomingHttpHeaders },
  allowedOrigins: readonly string[],
): Headers | null => {
  const isAsked = method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
  if (!isAsked || !isConfigured(headers.origin, allowedOrigins)) return null
  return {
    ...corsHeaders(headers, allowedOrigins),
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'authorization, content-type',
    'access-control-max-age': PREFLIGHT_S,
  }
}

/** Answers as JSON, and refusals as codes and sentences. */
import type { ServerResponse } from 'node:http'
import type { RefusalCode } from '../../shared/codes.ts'

export interface ApiAnswer {
  readonly status: number
  /** Written as JSON. */
  readonly body: object
}

/** Of the codes with which HTTP answers. */
const STATUS: Partial<Record<RefusalCode, number>> = {
  'token-missing': 401,
  'token-invalid': 401,
  'token-expired': 401,
  'token-not-yet-valid': 401,
  'token-revoked': 401,
  'not-permitted': 403,
  'foreign-origin': 403,
  'not-found': 404,
  'unknown-order': 404,
  'wrong-method': 405,
  'runs-open': 409,
  'hub-fault': 500,
  'too-many-revocations': 503,
  'not-ready': 503,
}

export const refusalAnswer = (code: RefusalCode, message: string): ApiAnswer => ({
  status: STATUS[code] ?? 400,
  body: { ok: false, code, message },
})

const HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
} as const

export const sendAnswer = (
  response: ServerResponse,
  { status, body }: ApiAnswer,
  headers: Readonly<Record<string, string>> = {},
): void => {
  response.writeHead(status, {
    ...HEADERS,
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...headers,
  })
  response.end(`${JSON.stringify(body)}\n`)
}

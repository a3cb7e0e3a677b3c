/** Requests to a hub over HTTP, with whatever headers and path a test wants: `fetch` would set the host, and mend the path. */
import { type IncomingHttpHeaders, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { inTime } from './waiting.ts'

export interface HttpRequest {
  readonly method?: string
  readonly token?: string
  readonly headers?: IncomingHttpHeaders
  readonly body?: unknown
  /** Instead of `body`, as it is. */
  readonly rawBody?: string
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Decoded, if it is JSON. */
  readonly body: unknown
}

const decoded = (answer: string): unknown => {
  try {
    return JSON.parse(answer)
  } catch {
    return answer
  }
}

export const askHttp = (port: number, path: string, asked: HttpRequest = {}): Promise<HttpAnswer> => {
  const { method = 'GET', token, headers = {}, body, rawBody } = asked
  const sent = rawBody ?? (body === undefined ? undefined : JSON.stringify(body))
  const answered = new Promise<HttpAnswer>((resolve, reject) => {
    const asking = request({
      host: '127.0.0.1',
      port,
      path,
      method,
      agent: false,
      headers: {
        ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
    })
    asking.once('error', reject)
    asking.once('response', (response) =>
      text(response).then(
        (answer) =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: decoded(answer) }),
        reject,
      ),
    )
    asking.end(sent)
  })
  return inTime(answered, () => `the answer to ${method} ${path}`)
}

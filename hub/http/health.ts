/**
 * Probes, which come by whatever name and without a token, and are told a word. `/livez`: the process answers. `/readyz`: it takes connections, and is not about to stop. Everything else is somebody else's.
 */
import type { RequestListener, ServerResponse } from 'node:http'
import { addressOf } from './paths.ts'

const answer = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
  response.end(`${text}\n`)
}

export const healthListener =
  (isReady: () => boolean, otherwise: RequestListener): RequestListener =>
  (request, response) => {
    const { path } = addressOf(request.url ?? '')
    if (path === '/livez') return answer(response, 200, 'alive')
    if (path !== '/readyz') return otherwise(request, response)
    return isReady() ? answer(response, 200, 'ready') : answer(response, 503, 'not ready')
  }

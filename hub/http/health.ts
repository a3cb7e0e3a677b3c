/**
 * `/livez`: the process answers. `/readyz`: it takes connections, and is not about to stop. Everything else is unknown here (Socket.IO answers its own path).
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

const answer = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
  response.end(`${text}\n`)
}

const pathOf = ({ url = '/' }: IncomingMessage): string => url.split('?', 1)[0]!

export const healthListener =
  (isReady: () => boolean): RequestListener =>
  (request, response) => {
    const path = pathOf(request)
    if (path === '/livez') return answer(response, 200, 'alive')
    if (path !== '/readyz') return answer(response, 404, 'There is nothing at this address.')
    return isReady() ? answer(response, 200, 'ready') : answer(response, 503, 'not ready')
  }

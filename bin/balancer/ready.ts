import { get as getHttp } from 'node:http'
import { get as getHttps } from 'node:https'

/** A hub that stands still has no connection of anybody's. */
const PATIENCE_MS = 1000

/** Asks a hub on this machine; false as well if it does not answer. Its certificate is for those who connect. */
export const isHubReady = (scheme: 'http' | 'https', port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const url = `${scheme}://127.0.0.1:${port}/readyz`
    const options = { agent: false, timeout: PATIENCE_MS, rejectUnauthorized: false }
    const request = (scheme === 'https' ? getHttps : getHttp)(url, options, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(false))
    request.on('close', () => resolve(false))
  })

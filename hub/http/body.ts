/** The body of a request: JSON of a bounded length. */
import type { IncomingMessage } from 'node:http'

const MOST_BYTES = 16 * 1024

export type ReadBody =
  | { readonly kind: 'read'; readonly body: unknown }
  | { readonly kind: 'refused'; readonly message: string }

const refuse = (message: string): ReadBody => ({ kind: 'refused', message })

const parsed = (chunks: readonly Buffer[]): ReadBody => {
  try {
    return { kind: 'read', body: JSON.parse(Buffer.concat(chunks).toString()) }
  } catch {
    return refuse('The body is not JSON.')
  }
}

/** A page may send a form to another origin without asking first, but no JSON. */
const isJson = ({ headers }: IncomingMessage): boolean =>
  /^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? '')

/** Nothing is read beyond the bound. Rejects when the request breaks off. */
export const readJson = (request: IncomingMessage): Promise<ReadBody> => {
  if (!isJson(request)) return Promise.resolve(refuse('The body must be of the type application/json.'))
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= MOST_BYTES) return void chunks.push(chunk)
      request.pause().removeAllListeners('data')
      resolve(refuse(`The body takes at most ${MOST_BYTES} bytes.`))
    })
    request.once('end', () => resolve(parsed(chunks)))
    request.once('error', reject)
    request.once('close', () => reject(new Error('The request broke off.')))
  })
}

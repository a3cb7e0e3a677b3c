/**
 * Nobody asks any more what the request and the handshake said, which may hold a token. Engine.IO keeps the request itself as long as the connection. What cannot be overwritten in another version of the libraries, or of
 * Node, stays as it is.
 */
import type { PeerSocket } from './types.ts'

interface Kept {
  readonly handshake: PeerSocket['handshake']
  readonly conn: { readonly request?: object | null }
}

const NOTHING_SAID = { headers: {}, rawHeaders: [], url: '', _query: {} } as const

export const forgetHandshake = (socket: object): void => {
  const { conn, handshake } = socket as Kept
  const { request } = conn
  if (typeof request === 'object' && request !== null)
    for (const [name, nothing] of Object.entries(NOTHING_SAID)) Reflect.set(request, name, nothing)
  Reflect.set(socket, 'handshake', { address: handshake.address })
}

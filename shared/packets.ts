/**
 * Socket.IO's packets (https://socket.io/docs/v4/custom-parser/) for a side that sends no binary data: it need not look for any in all that it sends, and what knows its JSON is not
 * written again. The wire is that of the library's own encoder.
 */
import { Decoder, type Packet } from 'socket.io-parser'
import { jsonOf } from './json-text.ts'

class Encoder {
  encode({ type, nsp, id, data }: Packet): string[] {
    const namespace = nsp === '/' ? '' : `${nsp},`
    return [`${type}${namespace}${id ?? ''}${data === undefined || data === null ? '' : jsonOf(data)}`]
  }
}

export const jsonPackets = { Encoder, Decoder }

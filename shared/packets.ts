/**
 * Socket.IO's packets (https://socket.io/docs/v4/custom-parser/) for sides that send no binary data. The encoder need not look for any in all that it sends, and what knows its JSON is not
 * written again; the wire is that of the library's own. The decoder refuses a packet that announces attachments before anything is kept of it: the library would hold what comes until the last of them has come. It
 * throws, which is how a decoder has its connection ended.
 */
import { Decoder as AnyDecoder, type Packet, PacketType } from 'socket.io-parser'
import { jsonOf } from './json-text.ts'

class Encoder {
  encode({ type, nsp, id, data }: Packet): string[] {
    const namespace = nsp === '/' ? '' : `${nsp},`
    return [`${type}${namespace}${id ?? ''}${data === undefined || data === null ? '' : jsonOf(data)}`]
  }
}

const WITH_ATTACHMENTS: readonly string[] = [String(PacketType.BINARY_EVENT), String(PacketType.BINARY_ACK)]

/** Is it binary, or does it say that binary data will follow? */
export const isBinary = (packet: unknown): boolean =>
  typeof packet !== 'string' || WITH_ATTACHMENTS.includes(packet.charAt(0))

export class BinaryData extends Error {}

class Decoder extends AnyDecoder {
  override add(packet: unknown): void {
    if (isBinary(packet)) throw new BinaryData('binary data and attachments are not taken')
    super.add(packet)
  }
}

export const jsonPackets = { Encoder, Decoder }

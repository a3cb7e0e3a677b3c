import { expect } from 'chai'
import fc from 'fast-check'
import * as library from 'socket.io-parser'
import { JSON_TEXT } from '../../shared/json-text.ts'
import { jsonPackets } from '../../shared/packets.ts'

describe('packets of Socket.IO', () => {
  const encoder = new jsonPackets.Encoder()

  const packets = fc.record({
    type: fc.constantFrom(
      library.PacketType.CONNECT,
      library.PacketType.EVENT,
      library.PacketType.ACK,
      library.PacketType.CONNECT_ERROR,
      library.PacketType.DISCONNECT,
    ),
    nsp: fc.constantFrom('/', '/caps'),
    id: fc.option(fc.nat(), { nil: undefined }),
    data: fc.option(fc.array(fc.jsonValue()), { nil: undefined }),
  })

  it('are written as the library writes them', () => {
    const libraryEncoder = new library.Encoder()
    fc.assert(
      fc.property(packets, (packet) => {
        expect(encoder.encode(packet as library.Packet)).to.deep.equal(
          libraryEncoder.encode(packet as library.Packet),
        )
      }),
    )
  })

  it('hold the JSON that a part of them knows', () => {
    const data = ['publish', { [JSON_TEXT]: '[{"ä":1}]' }]
    expect(encoder.encode({ type: library.PacketType.EVENT, nsp: '/caps', id: 3, data })).to.deep.equal([
      '2/caps,3["publish",[{"ä":1}]]',
    ])
  })
})

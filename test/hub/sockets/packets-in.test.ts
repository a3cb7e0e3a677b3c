import { expect } from 'chai'
import fc from 'fast-check'
import * as library from 'socket.io-parser'
import { type PacketIn, packetIn } from '../../../hub/sockets/packets-in.ts'

/** As the library reads it; null if it refuses it, or it is neither an event nor an answer for our namespace. */
const readByLibrary = (text: string): PacketIn | null => {
  let read: library.Packet | null = null
  const decoder = new library.Decoder()
  decoder.on('decoded', (packet) => {
    read = packet
  })
  try {
    decoder.add(text)
  } catch {
    return null
  }
  const { type, nsp, id = null, data } = read as unknown as library.Packet
  const isAnswer = type === library.PacketType.ACK
  if (nsp !== '/caps' || !(isAnswer || type === library.PacketType.EVENT)) return null
  return { isAnswer, id, data }
}

describe('packets that come in', () => {
  const names = fc.oneof(
    fc.constantFrom('pickup', 'publish', 'connect', 'disconnecting', '__proto__', ''),
    fc.string({ unit: 'grapheme' }),
    fc.jsonValue(),
  )
  const whole = fc.record({
    type: fc.constantFrom(library.PacketType.EVENT, library.PacketType.ACK),
    nsp: fc.constant('/caps'),
    id: fc.nat(),
    data: fc.tuple(names, fc.jsonValue()),
  })
  const packets = fc.oneof(
    whole,
    whole.map(({ id: _, ...packet }) => packet),
  )

  it('are read as the library reads them', () => {
    const encoder = new library.Encoder()
    fc.assert(
      fc.property(packets, (packet) => {
        const [text] = encoder.encode(packet)
        expect(packetIn(text)).to.deep.equal(readByLibrary(text))
      }),
    )
  })

  it('are left to the library, or read as it does, whatever is changed in them', () => {
    const encoder = new library.Encoder()
    const places = fc.tuple(fc.nat(), fc.string({ maxLength: 2 }), fc.nat({ max: 2 }))
    fc.assert(
      fc.property(packets, places, (packet, [place, put, cut]) => {
        const [whole] = encoder.encode(packet) as [string]
        const at = place % whole.length
        const text = whole.slice(0, at) + put + whole.slice(at + cut)
        const read = packetIn(text)
        if (read !== null) expect(read).to.deep.equal(readByLibrary(text))
      }),
      { numRuns: 1000 },
    )
  })

  const LEFT = [
    ['an empty one', ''],
    ['of another namespace', '2/watch,["a"]'],
    ['of a namespace that only begins like ours', '2/capsize,["a"]'],
    ['a connect', '0/caps,{"role":"driver"}'],
    ['a disconnect', '1/caps,'],
    ['without anything', '2/caps,'],
    ['with an object', '2/caps,{"a":1}'],
    ['with a number that is not exact', '2/caps,1234567890123456["a"]'],
    ['with a space in its number', '2/caps,1 2["a"]'],
    ['of a reserved name', '2/caps,["disconnect"]'],
    ['of no name', '2/caps,[null]'],
    ['that ends too soon', '2/caps,["a"'],
    ['with binary data', '51-/caps,["a",{"_placeholder":true,"num":0}]'],
  ] as const
  for (const [what, text] of LEFT)
    it(`are left to the library: ${what}`, () => {
      expect(packetIn(text)).to.equal(null)
    })
})

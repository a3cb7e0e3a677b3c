import { createRequire } from 'node:module'
import { expect } from 'chai'
import fc from 'fast-check'
import { framesOf } from '../../../hub/sockets/websocket-frames.ts'

type Receiver = NodeJS.WritableStream & { on(event: 'message', take: (data: Buffer) => void): unknown }

const engine = createRequire(createRequire(import.meta.url).resolve('socket.io')).resolve('engine.io')
const { Receiver: ReceiverOfWs } = createRequire(engine)('ws') as { Receiver: new () => Receiver }

/** As a client of `ws` reads them. */
const read = (frames: Buffer): string[] => {
  const texts: string[] = []
  const receiver = new ReceiverOfWs()
  receiver.on('message', (data) => texts.push(data.toString()))
  receiver.write(frames)
  return texts
}

describe('frames of WebSocket', () => {
  it('hold the texts that they were made of, in their order', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'grapheme', minLength: 100, maxLength: 300 }),
    )
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), (texts) => {
        expect(read(framesOf(texts))).to.deep.equal(texts.map((one) => Buffer.from(one).toString()))
      }),
    )
  })

  for (const bytes of [0, 1, 125, 126, 127, 65_535, 65_536, 200_000])
    it(`hold a text of ${bytes} bytes`, () => {
      for (const text of ['x'.repeat(bytes), 'ä'.repeat(bytes / 2) + 'x'.repeat(bytes % 2)])
        expect(read(framesOf(['before', text, 'behind']))).to.deep.equal(['before', text, 'behind'])
    })
})

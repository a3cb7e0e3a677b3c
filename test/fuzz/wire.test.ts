import { expect } from 'chai'
import { packetsIn } from './capture/packets-in.ts'
import { Frames, frameOf, inFragments, OPCODES } from './wire.ts'

const UPGRADE = Buffer.from('GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n')

const read = (frames: Frames): string[] => packetsIn(Buffer.concat([UPGRADE, frames.take()]))

describe('frames of the fuzz runs', () => {
  it('are read as they were written, of every length, masked and not', () => {
    const texts = [0, 1, 125, 126, 127, 4000, 65_535, 65_536, 200_000].map((length) => 'é'.repeat(length / 2))
    for (const mask of [0, 0x01020304, 0xffffffff])
      expect(read(texts.reduce((frames, text) => frames.text(text, mask), new Frames()))).to.deep.equal(texts)
  })

  it('count what they hold, and begin anew when they are taken', () => {
    const frames = inFragments(new Frames().text('a'), 'bcdef', 2)
    expect(frames.count).to.equal(4)
    const length = frames.length
    expect(frames.take()).to.have.length(length)
    expect([frames.count, frames.length]).to.deep.equal([0, 0])
  })

  it('say what they are asked to say, true or not', () => {
    expect([
      ...frameOf({ opcode: OPCODES.ping, isFinal: false, reserved: 5, mask: null }, 'x'),
    ]).to.deep.equal([0x59, 1, 0x78])
    expect([...frameOf({ claimedBytes: 70_000 }, '').subarray(0, 10)]).to.deep.equal([
      0x81, 0xff, 0, 0, 0, 0, 0, 1, 0x11, 0x70,
    ])
  })
})

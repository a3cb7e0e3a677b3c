import { expect } from 'chai'
import { requestOf, upgradeOf } from '../http.ts'
import { Frames, OPCODES } from '../wire.ts'
import { packetsIn } from './packets-in.ts'

describe('packets in what a client has sent', () => {
  it('are found in bodies, and in the frames behind an upgrade', () => {
    const frames = new Frames().text('2probe').frame({ opcode: OPCODES.ping }, Buffer.from('x')).text('5', 77)
    const sent = [
      requestOf({ path: '/' }),
      requestOf({ method: 'POST', body: '40/caps,\x1e3é' }),
      upgradeOf(),
      frames.take(),
    ]
    expect(packetsIn(Buffer.concat(sent))).to.deep.equal(['40/caps,', '3é', '2probe', '5'])
  })

  it('are not what is incomplete', () => {
    const sent = Buffer.concat([upgradeOf(), new Frames().text('5').text('42').take()])
    expect(packetsIn(sent.subarray(0, -1))).to.deep.equal(['5'])
    expect(packetsIn(Buffer.from('GET / HT'))).to.deep.equal([])
  })
})

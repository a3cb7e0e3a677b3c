import { expect } from 'chai'
import type { HubSocket } from '../../shared/link/hub-socket.ts'
import { dice } from './dice.ts'
import { Network } from './network.ts'
import { Pipe } from './pipe.ts'
import { VirtualTime } from './virtual-time.ts'

const SETTINGS = { pingIntervalMs: 1000, pingTimeoutMs: 500 }
const SILENCE_MS = 1500

describe('the simulated network', () => {
  const runFor = async (time: VirtualTime, ms: number) => {
    let isOver = false
    time.after(ms, () => {
      isOver = true
    })
    await time.run(() => isOver)
  }

  describe('a pipe', () => {
    const filled = (latenciesMs: number[]) => {
      const time = new VirtualTime()
      const arrived: string[] = []
      const left = [...latenciesMs]
      const pipe = new Pipe(time, () => left.shift() ?? 1)
      const send = (name: string) => pipe.send(() => void arrived.push(`${name} at ${time.nowMs}`))
      return { time, arrived, pipe, send }
    }

    it('keeps the order, whatever the latencies are', async () => {
      const { time, arrived, send } = filled([50, 10, 30])
      for (const name of ['a', 'b', 'c']) send(name)
      await runFor(time, 100)
      expect(arrived).to.deep.equal(['a at 50', 'b at 50', 'c at 50'])
    })

    it('holds up what is under way while it is stalled, and lets nothing overtake it', async () => {
      const { time, arrived, pipe, send } = filled([10, 10])
      send('a')
      pipe.stall()
      await runFor(time, 100)
      send('b')
      expect(pipe.resume()).to.equal(1)
      await runFor(time, 100)
      expect(arrived).to.deep.equal(['a at 100', 'b at 110'])
    })

    it('loses what is under way, and all that is sent later, when it is cut', async () => {
      const { time, arrived, pipe, send } = filled([10, 10])
      send('a')
      expect(pipe.cut()).to.equal(1)
      send('b')
      await runFor(time, 100)
      expect([arrived, pipe.underWay]).to.deep.equal([[], 0])
    })
  })

  describe('connecting', () => {
    const opened = () => {
      const time = new VirtualTime()
      const network = new Network({
        time,
        dice: dice(1),
        settings: SETTINGS,
        observe: () => {},
        say: () => {},
        effected: () => {},
      })
      const told: string[] = []
      const socket: HubSocket = network.open(
        { participant: 'vendor/acme/main', life: 'life' },
        { role: 'vendor', store: 'acme' },
      )
      socket.on('connect_error', ({ message }) => told.push(`${message} at ${time.nowMs}`))
      socket.connect()
      return { time, network, told }
    }

    it('is refused when nobody takes connections', async () => {
      const { time, told } = opened()
      await runFor(time, 1000)
      expect(told.join()).to.match(/^connect ECONNREFUSED at \d+$/)
    })

    it('gives up after ten seconds when nothing comes back', async () => {
      const { time, network, told } = opened()
      network.stall('vendor/acme/main', { toHub: true, toActor: true })
      await runFor(time, 20_000)
      expect(told).to.deep.equal(['timeout at 10000'])
    })

    it('forgets connections that are over', async () => {
      const { time, network } = opened()
      expect(network.wires('vendor/acme/main')).to.have.length(1)
      await runFor(time, 10 * SILENCE_MS)
      expect(network.wires('vendor/acme/main')).to.have.length(0)
    })
  })
})

import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { packetsIn } from './capture/packets-in.ts'
import { isSurvivable, messageIn } from './grammar/mutations.ts'
import { ATTACKING_DRIVERS, claimOf } from './grammar/names.ts'
import type { Step } from './script.ts'
import { sessionOf } from './sessions.ts'

const CAPTURED = [
  '42/caps,7["pickup",{"store":"capture","orderId":"o-1","customer":"Ada"}]',
  '43/caps,7[]',
  '42/watch,7["act",{"action":"pause","participant":"vendor/capture/main"}]',
  '42/watch,7["look",{"view":"order","store":"capture","orderId":"l-1"}]',
]
const KNOWN = { seed: 5, captured: CAPTURED, tokens: {} }
const SESSIONS = Array.from({ length: 48 }, (_, session) => session)

const bytesOf = ({ bytes }: Step): Buffer => (typeof bytes === 'function' ? bytes('SID') : bytes)

const sentIn = (known: typeof KNOWN, session: number): Buffer =>
  Buffer.concat([...sessionOf(known, session).steps].map(bytesOf))

const digestOf = (known: typeof KNOWN): string => {
  const hash = createHash('sha256')
  for (const session of SESSIONS) hash.update(sentIn(known, session))
  return hash.digest('hex')
}

const isOfGrammar = (session: number): boolean => ![5, 6, 7].includes(session % 8)
const isWatching = (session: number): boolean => session % 8 === 6

describe('the sessions of a fuzz run', () => {
  it('send the same bytes for the same seed, and others for another one', () => {
    expect(digestOf(KNOWN)).to.equal(digestOf({ ...KNOWN }))
    expect(digestOf(KNOWN)).not.to.equal(digestOf({ ...KNOWN, seed: 6 }))
  })

  it('follow from their own number alone, not from those before', () => {
    for (const session of [3, 40, 99]) expect(sentIn(KNOWN, session)).to.deep.equal(sentIn(KNOWN, session))
  })

  it('send hundreds of packets on a connection that it survives', () => {
    const packets = SESSIONS.filter(isOfGrammar).flatMap((session) =>
      packetsIn(sentIn(KNOWN, session)).slice(1),
    )
    expect(packets.length).to.be.above(100 * SESSIONS.filter(isOfGrammar).length)
    // Some of the rest are fragments, of which each looks broken.
    expect(packets.filter((packet) => isSurvivable(packet)).length / packets.length).to.be.above(0.8)
  })

  it('ask one who watches for every view and every action, and pause no healthy participant', () => {
    const packets = Array.from({ length: 64 }, (_, number) => 8 * number + 6)
      .filter(isWatching)
      .flatMap((session) => packetsIn(sentIn(KNOWN, session)))
    for (const word of ['now', 'map', 'orders', 'order', 'queues', 'queue', 'dead-letters'])
      expect(
        packets.some((packet) => packet.includes(`"view":"${word}"`)),
        word,
      ).to.equal(true)
    for (const word of ['pause', 'resume', 'replay', 'drop'])
      expect(
        packets.some((packet) => packet.includes(`"action":"${word}"`)),
        word,
      ).to.equal(true)
    const harmful = packets
      .map(messageIn)
      .filter(([name]) => name === 'act')
      .map(([, argument]) => (argument as { participant?: unknown } | null)?.participant)
      .filter((participant) => typeof participant === 'string' && /healthy|fleet/.test(participant))
    expect(harmful).to.deep.equal([])
  })

  it('let an observer try to pause whom it likes, when the hub has a key', () => {
    const tokens = { 'observer/fuzz': 'a', 'observer/fuzz fuzz-0/o-0': 'b', 'operator/fuzz': 'c' }
    const ofObservers = Array.from({ length: 64 }, (_, number) => 8 * number + 6)
      .map((session) => packetsIn(sentIn({ ...KNOWN, tokens }, session)))
      .filter(([connect]) => !connect?.includes('"c"'))
      .flat()
    expect(ofObservers.some((packet) => /"act".*"fleet"/.test(packet))).to.equal(true)
  })

  it('have drivers say the same of themselves whenever they are let in, so that none is ever offered a healthy order', () => {
    for (const session of SESSIONS) {
      if (claimOf(session).role !== 'driver' || !isOfGrammar(session)) continue
      const [connect = ''] = packetsIn(sentIn(KNOWN, session))
      const auth = JSON.parse(connect.slice('40/caps,'.length)) as { role: string }
      if (auth.role === 'driver')
        expect(auth).to.deep.equal({ role: 'driver', id: claimOf(session).id, capacity: 1 })
    }
  })

  it('never give two connections that run at the same time one name', () => {
    for (let first = 0; first < 64; first += 1) {
      const names = Array.from({ length: 4 * ATTACKING_DRIVERS }, (_, next) => claimOf(first + next))
      const drivers = names.filter(({ role }) => role === 'driver').map(({ id }) => id)
      expect(new Set(drivers).size).to.equal(drivers.length)
    }
  })
})

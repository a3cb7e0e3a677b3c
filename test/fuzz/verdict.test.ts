import { expect } from 'chai'
import type { PhaseFigures } from './healthy.ts'
import { type Seen, verdictOf } from './verdict.ts'

const latency = (p99Ms: number) => ({ count: 100, p50Ms: 1, p99Ms, greatestMs: 9 })
const phase = (p99Ms: number): PhaseFigures => ({
  orders: 100,
  receipt: latency(p99Ms),
  handler: latency(p99Ms),
  late: 0,
})
const memory = { ownMb: 80, heapMb: 20, reservedMb: 30, externalMb: 2 }

const WATCHERS = { summaries: 20, looks: 40, late: 0, unanswered: 0, disconnects: 0 }

const GOOD: Seen = {
  seed: 1,
  mode: 'open',
  seconds: 10,
  captured: 30,
  attack: {
    frames: 1000,
    connections: 10,
    ends: { done: 5, refused: 0, cut: 5, silent: 0, unconnected: 0 },
    silent: {},
  },
  exits: [],
  uncaught: [],
  warnings: [],
  quiet: phase(5),
  busy: phase(9),
  account: { orders: 100, lost: 0, repeated: 0, missing: [], disconnects: 0, watchers: WATCHERS },
  before: { ...memory, ownMb: 40 },
  warm: memory,
  after: { ...memory, ownMb: 140 },
}

const BAD: Readonly<Record<string, Partial<Seen>>> = {
  'the hub has ended': { exits: ['1'] },
  'a rejection was not caught': { uncaught: ['unhandledRejection'] },
  'listeners leak': { warnings: ['MaxListenersExceededWarning'] },
  'a step of a healthy order is lost': { account: { ...GOOD.account, lost: 1 } },
  'a step of a healthy order came twice': { account: { ...GOOD.account, repeated: 1 } },
  'a healthy participant lost its connection': { account: { ...GOOD.account, disconnects: 1 } },
  'the healthy ones waited more than twice as long': { busy: phase(10.1) },
  'a step came late': { busy: { ...phase(9), late: 1 } },
  'a healthy watcher was told late': { account: { ...GOOD.account, watchers: { ...WATCHERS, late: 1 } } },
  'a healthy watcher was not answered': {
    account: { ...GOOD.account, watchers: { ...WATCHERS, unanswered: 1 } },
  },
  'a healthy watcher lost its connection': {
    account: { ...GOOD.account, watchers: { ...WATCHERS, disconnects: 1 } },
  },
  'nothing was measured under attack': { busy: phase(Number.NaN) },
  'the memory has grown': { after: { ...memory, ownMb: 145 } },
  'the memory has grown in the one round that there was': {
    warm: null,
    before: memory,
    after: { ...memory, ownMb: 145 },
  },
}

describe('the verdict of a fuzz run', () => {
  it('is good when nobody has noticed', () => {
    expect(verdictOf(GOOD, false)).to.include({ ok: true })
  })

  for (const [what, seen] of Object.entries(BAD))
    it(`is bad when ${what}`, () => {
      expect(verdictOf({ ...GOOD, ...seen }, false)).to.include({ ok: false })
    })

  it('does not judge in a quick run how long the healthy ones waited', () => {
    expect(verdictOf({ ...GOOD, busy: phase(10.1) }, true)).to.include({ ok: true })
    expect(verdictOf({ ...GOOD, exits: ['1'] }, true)).to.include({ ok: false })
  })
})

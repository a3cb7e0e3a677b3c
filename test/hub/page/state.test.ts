import { expect } from 'chai'
import { type Message, NOTHING_YET, type PageState, reduce } from '../../../hub/page/state/state.ts'
import type { OrderKey, ParticipantId } from '../../../shared/ids.ts'
import type {
  AuditLine,
  CoursePoint,
  Flow,
  Hello,
  OrderRow,
  QueueRow,
  Shown,
  Summary,
} from '../../../shared/watch.ts'

const HUB_MS = 1_000_000
const LOCAL_MS = 900_000

const FLOW: Flow = { in: 1, out: 2, acknowledged: 2, redelivered: 0, ready: 5, unacknowledged: 1 }

const hello = (more: Partial<Hello> = {}): Message => ({
  kind: 'hello',
  localMs: LOCAL_MS,
  hello: {
    protocol: 1,
    version: '1',
    nowMs: HUB_MS,
    startedMs: 0,
    role: 'operator',
    order: null,
    settings: {},
    ...more,
  },
})

const summary = (nowMs: number, flow: Partial<Flow> = {}): Message => ({
  kind: 'summary',
  localMs: nowMs - (HUB_MS - LOCAL_MS),
  summary: { nowMs, flow: { ...FLOW, ...flow } } as Summary,
})

const order = (orderId: string, more: Partial<OrderRow> = {}): OrderRow => ({
  key: `flowers/${orderId}` as OrderKey,
  store: 'flowers',
  orderId,
  customer: 'Ada',
  address: 'Here',
  state: 'waiting',
  driver: null,
  acceptedMs: 1,
  changedMs: 1,
  owed: 1,
  trouble: false,
  ...more,
})

const queue = (participant: string, depth: number): QueueRow => ({
  participant: participant as ParticipantId,
  connected: true,
  sinceMs: 1,
  depth,
  oldestMs: null,
  inFlight: 0,
  retrying: 0,
  deadLetters: 0,
  redelivered: 0,
  paused: false,
  pausedMs: null,
  carrying: 0,
  trouble: false,
})

const looking = (look: string, keeps = false): Message => ({ kind: 'looking', look, keeps })
const shown = (look: string, what: Shown): Message => ({
  kind: 'shown',
  look,
  shown: what,
  localMs: LOCAL_MS,
})
const orders = (...rows: OrderRow[]): Shown => ({ ok: true, view: 'orders', list: { rows, next: null } })
const queues = (...rows: QueueRow[]): Shown => ({ ok: true, view: 'queues', list: { rows, next: null } })

const stateAfter = (...messages: Message[]): PageState => messages.reduce(reduce, NOTHING_YET)

const rowsOf = ({ content }: PageState): readonly OrderRow[] =>
  content.kind === 'orders' ? content.list.rows : []

describe("the page's state", () => {
  it('[PA4] drops the answer to a look that is on no more', () => {
    const state = stateAfter(hello(), looking('1'), looking('2'), shown('1', orders(order('old'))))
    expect(state.content).to.deep.equal({ kind: 'loading' })
    expect(rowsOf(reduce(state, shown('2', orders(order('new')))))).to.deep.equal([order('new')])
  })

  it('[PA4] keeps the rows that are there until the new ones come, if it is told to', () => {
    const state = stateAfter(hello(), looking('1'), shown('1', orders(order('a'))))
    expect(rowsOf(reduce(state, looking('2', true)))).to.deep.equal([order('a')])
    expect(rowsOf(reduce(state, looking('2')))).to.deep.equal([])
  })

  it('[PA4] changes rows in their places, and none of another view', () => {
    const state = stateAfter(hello(), looking('1'), shown('1', orders(order('a'), order('b'))))
    const delivered = order('b', { state: 'delivered' })
    const changed = { view: 'orders', orders: [delivered, order('c')], isStale: true } as const
    const next = reduce(state, { kind: 'changed', changed, localMs: LOCAL_MS })
    expect(rowsOf(next)).to.deep.equal([order('a'), delivered])
    expect(next.isStale).to.equal(true)
    const foreign = { view: 'map', orders: [delivered] } as const
    expect(reduce(state, { kind: 'changed', changed: foreign, localMs: LOCAL_MS })).to.equal(state)
  })

  it('[PA4] says why the hub does not show something', () => {
    const refused: Shown = { ok: false, code: 'unknown-order', temporary: false, message: 'No such order.' }
    expect(stateAfter(hello(), looking('1'), shown('1', refused)).content).to.deep.equal({
      kind: 'refused',
      code: 'unknown-order',
      message: 'No such order.',
    })
  })

  it('[PA4] takes delivered orders from the map, and puts new ones with places on it', () => {
    const placed = { from: { lat: 1, lng: 1 }, to: { lat: 2, lng: 2 } }
    const map = { drivers: [], stores: [], orders: [order('a', placed), order('b', placed)] }
    const state = stateAfter(hello(), looking('1'), shown('1', { ok: true, view: 'map', map }))
    const changed = {
      view: 'map',
      orders: [order('a', { ...placed, state: 'delivered' }), order('c', placed), order('nowhere')],
    } as const
    const { content } = reduce(state, { kind: 'changed', changed, localMs: LOCAL_MS })
    expect(content.kind === 'map' && content.map.orders.map(({ orderId }) => orderId)).to.deep.equal([
      'c',
      'b',
    ])
  })

  it('[PA5] caps lists, audit lines and the depths of queues', () => {
    const many = Array.from({ length: 600 }, (_, index) => order(`${index}`))
    expect(rowsOf(stateAfter(hello(), looking('1'), shown('1', orders(...many))))).to.have.length(500)

    const line: AuditLine = { timeMs: 1, who: 'operator/a', action: 'pause', target: 'driver/7', done: 0 }
    const audits = Array.from({ length: 60 }, (_, timeMs) => ({ ...line, timeMs }))
    const { audit } = stateAfter(hello(), { kind: 'audit', lines: audits })
    expect([audit.length, audit[0]!.timeMs, audit.at(-1)!.timeMs]).to.deep.equal([50, 10, 59])

    let state = stateAfter(hello(), looking('1'), shown('1', queues(queue('driver/7', 1))))
    for (let second = 1; second <= 300; second += 1) state = reduce(state, summary(HUB_MS + second * 1000))
    const samples = state.depths['driver/7']!
    expect(samples.length).to.be.within(100, 125)
    expect(samples[0]![0]).to.be.at.least(HUB_MS + 300_000 - 120_000)
  })

  it('[PA5] keeps one depth a second, the newest, and none of a queue that is shown no more', () => {
    let state = stateAfter(hello(), looking('1'), shown('1', queues(queue('driver/7', 0))))
    for (let quarter = 1; quarter <= 8; quarter += 1) {
      const changed = { view: 'queues', queues: [queue('driver/7', quarter)] } as const
      state = reduce(state, { kind: 'changed', changed, localMs: LOCAL_MS + quarter * 250 })
    }
    const samples = state.depths['driver/7']!
    expect(samples.length).to.be.within(2, 5)
    expect(samples.at(-1)).to.deep.equal([HUB_MS + 2000, 8])
    expect(reduce(state, looking('2')).depths).to.deep.equal({})
  })

  it('[PA6] keeps what it showed while the hub is away, and since when', () => {
    const state = stateAfter(hello(), summary(HUB_MS + 1000), looking('1'), shown('1', orders(order('a'))))
    const away = (sinceMs: number): Message => ({
      kind: 'connection',
      connection: { kind: 'away', sinceMs, isStopping: false },
    })
    const next = [away(7), away(8)].reduce(reduce, state)
    expect(next.connection).to.deep.equal({ kind: 'away', sinceMs: 7, isStopping: false })
    expect(rowsOf(next)).to.deep.equal([order('a')])
    expect(next.asOfMs).to.equal(state.asOfMs)
    expect(reduce(next, hello()).connection).to.deep.equal({ kind: 'live' })
  })

  it('[PA6] forgets all that it showed to whoever looked before', () => {
    const state = stateAfter(hello(), summary(HUB_MS + 1000), looking('1'), shown('1', orders(order('a'))))
    expect(reduce(state, { kind: 'forget' })).to.deep.equal({ ...NOTHING_YET, look: '1' })
  })

  it("[PA6] goes by the hub's clock", () => {
    expect(stateAfter(hello()).clockOffsetMs).to.equal(HUB_MS - LOCAL_MS)
    const state = stateAfter(hello(), looking('1'), shown('1', orders()))
    expect(state.asOfMs).to.equal(HUB_MS)
    expect(reduce(state, summary(HUB_MS + 1500)).asOfMs).to.equal(HUB_MS + 1500)
  })

  it('[PA7] carries the charts on with every summary, a minute by seconds', () => {
    const point = (timeMs: number): CoursePoint => ({ timeMs, ...FLOW })
    const minute = Array.from({ length: 60 }, (_, index) => point(HUB_MS - 59_000 + index * 1000))
    const course = { minute, hour: [] }
    const state = stateAfter(hello(), looking('1'), shown('1', { ok: true, view: 'now', course }))
    const next = reduce(state, summary(HUB_MS + 1000, { in: 9 }))
    expect(next.course.minute).to.have.length(60)
    expect(next.course.minute.at(-1)).to.deep.equal({ ...point(HUB_MS + 1000), in: 9 })
    expect(reduce(next, summary(HUB_MS + 1000)).course, 'the same second again').to.equal(next.course)
  })

  it('[PA7] carries the hour on by means of ten seconds', () => {
    const first: CoursePoint = { timeMs: HUB_MS, ...FLOW }
    const course = { minute: [first], hour: [first] }
    let state = stateAfter(hello(), looking('1'), shown('1', { ok: true, view: 'now', course }))
    for (let second = 1; second <= 20; second += 1)
      state = reduce(state, summary(HUB_MS + second * 1000, { in: second, ready: second }))
    expect(state.course.hour.map(({ timeMs, in: rate, ready }) => [timeMs, rate, ready])).to.deep.equal([
      [HUB_MS, 1, 5],
      [HUB_MS + 10_000, 5.5, 10],
      [HUB_MS + 20_000, 15.5, 20],
    ])
  })
})

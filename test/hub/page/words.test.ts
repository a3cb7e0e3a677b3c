import { expect } from 'chai'
import {
  absolute,
  age,
  ago,
  bytes,
  counted,
  duration,
  figure,
  milliseconds,
} from '../../../hub/page/formats.ts'
import {
  exportedText,
  historyText,
  participantWords,
  queueText,
  stepOf,
  trackingText,
  troubleText,
  troubleView,
  WHO,
} from '../../../hub/page/words.ts'
import { FLEET, type ParticipantId } from '../../../shared/ids.ts'
import type { HistoryItem } from '../../../shared/protocol.ts'
import type { QueueRow, Trouble, TroubleKind } from '../../../shared/watch.ts'

/** Without the spaces that do not break. */
const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/g, ' ')

const HAPPENINGS: readonly HistoryItem['what'][] = [
  'pickup',
  'leased',
  'assigned',
  'in-transit',
  'delivered',
  'rejected',
  'not-acknowledged',
  'driver-away',
  'assignment-expired',
  'released',
  'acknowledged',
  'dead-letter',
  'replayed',
  'dropped',
  'erased',
]

const KINDS: readonly TroubleKind[] = [
  'away-with-events',
  'old-event',
  'dead-letters',
  'silent-driver',
  'paused',
  'disk-low',
  'slow-disk',
  'slow-hub',
]

const queue = (more: Partial<QueueRow>): QueueRow =>
  ({
    participant: 'driver/7' as ParticipantId,
    connected: true,
    paused: false,
    depth: 0,
    deadLetters: 0,
    ...more,
  }) as QueueRow

describe("the page's words", () => {
  it('says whether a file of dead letters holds all of them', () => {
    expect(plain(exportedText({ letters: 1, hasMore: false }))).to.equal('1 dead letter saved as JSON.')
    expect(plain(exportedText({ letters: 100_000, hasMore: true }))).to.match(
      /^The first 100 000 .*There are more/,
    )
  })

  it('[PA10] writes figures and sizes so that they can be read', () => {
    expect([0, 3.21, 12.6, 1234567].map(figure).map(plain)).to.deep.equal(['0', '3.2', '13', '1 234 567'])
    expect([512, 2048, 5_000_000_000].map(bytes).map(plain)).to.deep.equal(['512 B', '2 KiB', '4.7 GiB'])
    expect([0.4, 41, 1500].map(milliseconds).map(plain)).to.deep.equal(['0.4 ms', '41 ms', '1.5 s'])
    expect([counted(1, 'event'), counted(2, 'entry', 'entries')].map(plain)).to.deep.equal([
      '1 event',
      '2 entries',
    ])
  })

  it('[PA10] tells times relative to the hub’s clock, and when they were', () => {
    const spans = [80, 3400, 42_000, 200_000, 7_260_000, 200_000_000]
    expect(spans.map(duration).map(plain)).to.deep.equal([
      '80 ms',
      '3.4 s',
      '42 s',
      '3 min 20 s',
      '2 h 1 min',
      '2 d 7 h',
    ])
    const now = new Date(2026, 10, 21, 12).getTime()
    const agos = [0, 42_000, 200_000, 7_260_000, 200_000_000, -60_000].map((span) =>
      plain(ago(now - span, now)),
    )
    expect(agos).to.deep.equal(['just now', '42 s ago', '3 min ago', '2 h ago', '2 d ago', 'in 1 min'])
    expect(plain(age(now - 3999, now))).to.equal('3 s')
    expect(plain(age(now + 50, now))).to.equal('0 s')
    expect(absolute(now - 1000, now)).to.equal('11:59:59')
    expect(absolute(now - 86_400_000, now)).to.equal('20 Nov, 12:00:00')
  })

  it('[PA11] has words for everything that happens to an order', () => {
    for (const what of HAPPENINGS) {
      const { title } = historyText({ time: '', what, participant: 'driver/7', event: 'pickup' })
      expect(title, what)
        .to.match(/^(?:“|\{who\}|[A-Z])/)
        .and.to.have.length.above(5)
      expect(title.split(WHO).length, what).to.be.at.most(2)
    }
    expect(
      historyText({ time: '', what: 'rejected', participant: 'driver/7', event: 'pickup' }),
    ).to.deep.equal({
      title: `${WHO} rejected “Pickup”`,
      tone: 'warning',
    })
  })

  it('[PA11] tells the customer of an order nothing about the company', () => {
    const told = HAPPENINGS.filter(
      (what) => trackingText({ time: '', what, participant: 'driver/7' }) !== null,
    )
    expect(told).to.deep.equal([
      'pickup',
      'assigned',
      'in-transit',
      'delivered',
      'assignment-expired',
      'released',
    ])
    for (const what of told) expect(trackingText({ time: '', what, participant: 'x/7' })).not.to.contain('7')
    expect(stepOf({ state: 'in-transit' })).to.equal(2)
  })

  it('[PA11] has words, advice and a place to go for every trouble', () => {
    for (const kind of KINDS) {
      const trouble: Trouble = { kind, participant: 'driver/7', count: 3, sinceMs: 1, value: 2 }
      const { title, advice } = troubleText(trouble)
      expect(title, kind).to.have.length.above(5)
      expect(advice, kind).to.match(/\.$/)
    }
    const named = (kind: TroubleKind): Trouble => ({ kind, participant: 'driver/7' })
    expect(troubleView(named('dead-letters'))).to.include({ name: 'queue', place: 'dead' })
    expect(troubleView(named('silent-driver'))).to.deep.equal({
      name: 'map',
      picked: { kind: 'driver', id: '7' },
    })
    expect(troubleView({ kind: 'slow-disk', value: 9 })).to.include({ name: 'system' })
  })

  it('[PA11] names participants, and says how their queues are', () => {
    expect(
      ['driver/7', 'vendor/flowers/main', 'vendor/flowers/till-2', 'fleet'].map(participantWords),
    ).to.deep.equal(['7', 'flowers', 'flowers · till-2', 'Fleet (waiting pickups)'])
    expect(queueText(queue({}))).to.deep.equal({ title: 'Connected', tone: 'good' })
    expect(queueText(queue({ connected: false }))).to.deep.equal({ title: 'Away', tone: 'calm' })
    expect(queueText(queue({ connected: false, depth: 1 }))).to.deep.equal({ title: 'Away', tone: 'bad' })
    const fleet = { participant: FLEET, connected: true } as const
    expect(queueText(queue({ ...fleet, depth: 1, deadLetters: 1 })).title).to.equal('Waiting')
    expect(queueText(queue({ ...fleet, deadLetters: 1 })).title).to.equal('Given up')
    expect(queueText(queue(fleet)).title).to.equal('Empty')
    expect(queueText(queue({ paused: true }))).to.deep.equal({ title: 'Paused', tone: 'warning' })
  })
})

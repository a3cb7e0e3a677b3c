import { expect } from 'chai'
import { limitLines, resultLines, summaryLines } from './report.ts'
import type { Check, Figures, Row } from './scenario.ts'
import { rowOf } from './verdict.ts'

const FIGURES: Figures = {
  eventsPerSecond: 123_456.7,
  hubMicrosPerEvent: 9.876,
  p50Ms: 12.34,
  p99Ms: 123.4,
  hubMiB: 99.6,
  clientMicrosPerEvent: Number.NaN,
}

const check = (value: number): Check => ({
  what: 'events/s, of control A',
  kind: 'ratio',
  value,
  is: 'least',
  unit: '×',
  must: 2,
  goal: 3,
})

const rowWith = (value: number): Row =>
  rowOf(
    { id: 'S1', name: 'saturated', title: 'saturated: 1 vendor, 1 driver' },
    {
      caps: FIGURES,
      control: { ...FIGURES, eventsPerSecond: 50_000 },
      controlName: 'control A',
      further: { 'control B': { ...FIGURES, eventsPerSecond: 170_000 } },
      checks: [check(value)],
      limits: { 'window-bytes': 1_048_576 },
      notes: ['bare synced LevelDB write 210 µs'],
    },
    { isQuick: false, disk: { fileSystem: 'ext4', bareSyncMs: 0.2 } },
  )

const failed = {
  scenario: 'S2',
  name: 'plain',
  title: 'plain clients',
  ok: false,
  isGoalMet: false,
  fault: 'Waited 60 s for 5000 orders on CAPS.',
}

describe('the report of the benchmark', () => {
  it('gives each side a line of figures, and - for what was not measured', () => {
    const [, head, caps, a, b] = resultLines(rowWith(2.5))
    expect(head).to.match(/events\/s +hub µs +client µs +p50 ms +p99 ms +hub MiB$/)
    expect(caps).to.match(/^ {2}CAPS +123,457 +9\.88 +- +12\.3 +123 +100$/)
    expect(a).to.match(/^ {2}control A +50,000 /)
    expect(b).to.match(/^ {2}control B +170,000 /)
  })

  it('says what must be, what should be and what came of it', () => {
    const text = (value: number) => resultLines(rowWith(value)).join('\n')
    expect(text(2.5)).to.include('events/s, of control A: 2.50 × (must >= 2.00 ×, goal >= 3.00 ×): ok\n')
    expect(text(3)).to.include(': ok, goal met\n')
    expect(text(1)).to.include(': MISSED\n')
  })

  it('tells the limits that the hubs ran under once, those that were set among them', () => {
    const same = { ...rowWith(2), scenario: 'S5' }
    const text = limitLines([rowWith(2), failed, same])
      .join(' ')
      .replaceAll(/\s+/g, ' ')
    expect(text).to.match(/^limits in S1, S5: window 100, .*window-bytes 1048576.*ackTimeoutMs \d+/)
    expect(text).not.to.match(/undefined|NaN/)
  })

  it('stays within 100 columns', () => {
    for (const line of [...resultLines(rowWith(2)), ...resultLines(failed), ...limitLines([rowWith(2)])])
      expect(line.length, line).to.be.at.most(100)
  })

  it('tells a scenario that failed by its sentence', () => {
    expect(resultLines(failed)).to.include('  FAILED: Waited 60 s for 5000 orders on CAPS.')
  })

  it('sums up in a line a scenario', () => {
    const lines = summaryLines([rowWith(2.5), rowWith(1), failed])
    expect(lines.map((line) => line.trim().split(/ +/).slice(0, 5).join(' '))).to.deep.equal([
      'scenario ratio must goal',
      'S1 saturated 2.50 met missed',
      'S1 saturated 1.00 MISSED missed',
      'S2 plain - FAILED -',
    ])
  })
})

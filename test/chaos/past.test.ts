import { appendFileSync, writeFileSync } from 'node:fs'
import { expect } from 'chai'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { historyFile } from './actor/life.ts'
import { pastBefore, pastOf } from './actor/past.ts'
import { History, linesOf, type ParticipantLine } from './records.ts'

const carry = (made: number, again: string[] = [], left: string[] = []): ParticipantLine => [
  0,
  'carry',
  { made, again, left },
]
const sent = (n: number, order: string): ParticipantLine => [1, 'sent', n, 'pickup', 's', order, '', '']
const confirmed = (n: number): ParticipantLine => [2, 'confirmed', n, 'id', 0]

describe('earlier lives of a chaos actor', () => {
  it('gives again what was perhaps not stored, and leaves to the outbox what certainly was', () => {
    expect(pastOf([carry(5), sent(1, 'a'), sent(2, 'b'), sent(3, 'c'), confirmed(2)])).to.deep.equal({
      made: 8,
      again: ['pickup s/c'],
      left: ['pickup s/a'],
    })
  })

  it('remembers what an earlier life had to give again and did not come to', () => {
    const past = pastOf([carry(5, ['pickup s/x', 'pickup s/y'], ['pickup s/z']), sent(1, 'x'), confirmed(1)])
    expect(past).to.deep.equal({ made: 5, again: ['pickup s/y'], left: ['pickup s/z'] })
  })

  it('does not give again what was refused for good', () => {
    const lines: ParticipantLine[] = [carry(0), sent(1, 'a'), [3, 'refused', 'pickup', 's', 'a', 'malformed']]
    expect(pastOf(lines)).to.deep.equal({ made: 1, again: [], left: [] })
  })

  it('begins anew where a life says that nothing is owed any more', () => {
    expect(pastOf([carry(0, [], ['pickup s/z']), sent(1, 'a'), confirmed(1), carry(1)])).to.deep.equal({
      made: 1,
      again: [],
      left: [],
    })
  })

  it('looks further back when a life was killed before it said anything', () => {
    const folder = temporaryFolder()
    const first = new History<ParticipantLine>(historyFile(folder, 1))
    for (const line of [carry(0), sent(1, 'a')]) first.write(line)
    first.close()
    writeFileSync(historyFile(folder, 2), '[3,"start')
    expect(pastBefore(folder, 3)).to.deep.equal({ made: 1, again: ['pickup s/a'], left: [] })
    expect(pastBefore(folder, 1)).to.deep.equal({ made: 0, again: [], left: [] })
  })
})

describe('history of a chaos run', () => {
  it('is read without a last line that was torn off, and fails on any other', () => {
    const file = `${temporaryFolder()}/history`
    const history = new History<ParticipantLine>(file)
    history.write(sent(1, 'ä'))
    history.close()
    appendFileSync(file, '[2,"confi')
    expect([...linesOf(file)]).to.deep.equal([sent(1, 'ä')])
    appendFileSync(file, '\n')
    expect(() => [...linesOf(file)]).to.throw(SyntaxError)
  })
})

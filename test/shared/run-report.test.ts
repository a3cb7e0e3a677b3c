import { expect } from 'chai'
import { Fault } from '../../shared/fault.ts'
import { type RunReport, reportToLauncher } from '../../shared/run-report.ts'
import { atEndOfTest } from '../support/cleanup.ts'

/** Tells of a report that is made like that, as a program that its launcher asks. */
const tellerOf = (current: () => Promise<RunReport>): (() => Promise<void>) => {
  const before = process.listeners('message')
  const tell = reportToLauncher(current)
  const added = process.listeners('message').filter((listener) => !before.includes(listener))
  atEndOfTest(() => {
    for (const listener of added) process.off('message', listener)
  })
  return tell
}

describe('reports to the launcher', () => {
  it('are left out when the ledger has failed, so that its fault is what the hub ends with', async () => {
    await tellerOf(() => Promise.reject(new Fault('closed', 'The ledger is closed.')))()
  })

  it('hide no bug', async () => {
    const bug = new TypeError('a bug')
    const told = await tellerOf(() => Promise.reject(bug))().catch((error: unknown) => error)
    expect(told).to.equal(bug)
  })
})

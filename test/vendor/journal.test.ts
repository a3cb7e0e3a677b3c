import { join } from 'node:path'
import { expect } from 'chai'
import { MemoryLevel } from 'memory-level'
import { type Journal, openJournal } from '../../vendor/journal.ts'
import { resumeRun } from '../../vendor/run.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const PARTICIPANT = 'vendor/acme/main'
const failed = (error: Error) => {
  throw error
}

const journalIn = (folder: string): Promise<Journal> =>
  openJournal({ folder: join(folder, 'journal'), participant: PARTICIPANT, failed })

/** The journal as the next process finds it. */
const reopened = async (journal: Journal, folder: string): Promise<Journal> => {
  await journal.close()
  return journalIn(folder)
}

const inMemory = (): Promise<Journal> =>
  openJournal({
    folder: 'in memory',
    participant: PARTICIPANT,
    failed,
    database: new MemoryLevel<string, string>(),
  })

describe('journal of a vendor', () => {
  it('[VN4] knows after a restart which events it has recorded', async () => {
    const folder = temporaryFolder()
    const first = await journalIn(folder)
    await first.record('event-1', true)
    await first.record('event-2', false)
    const second = await reopened(first, folder)
    expect(['event-1', 'event-2', 'event-3'].map((id) => second.has(id))).to.deep.equal([true, true, false])
    expect(second.thanked()).to.equal(1)
    await second.close()
  })

  it('[VN4] keeps the last 20,000 events, the greatest window of a hub', async () => {
    const journal = await inMemory()
    const records = Array.from({ length: 20_001 }, (_, n) => journal.record(`event-${n}`, false))
    await Promise.all(records)
    expect(['event-0', 'event-1', 'event-20000'].map((id) => journal.has(id))).to.deep.equal([
      false,
      true,
      true,
    ])
  })

  it('[VN7] is held by one process: a second one is told that it is in use', async () => {
    const folder = temporaryFolder()
    const journal = await journalIn(folder)
    const fault = await journalIn(folder).catch((thrown: unknown) => thrown)
    expect(fault).to.have.property('code', 'in-use')
    await journal.close()
  })
})

describe('run of a vendor', () => {
  const wanted = { seed: '7', orders: 10 }

  it('[VN3] goes on with the run of the seed that is given', async () => {
    const folder = temporaryFolder()
    const first = await journalIn(folder)
    const run = await resumeRun(first, 0, wanted)
    await first.record('event-1', true)
    const second = await reopened(first, folder)
    expect(await resumeRun(second, 4, { seed: '7', orders: 20 })).to.deep.equal(run)
    expect(second.thanked()).to.equal(1)
    await second.close()
  })

  it('[VN3] begins a new run for another seed, from the progress at that time', async () => {
    const journal = await inMemory()
    await resumeRun(journal, 0, wanted)
    await journal.record('event-1', true)
    expect(await resumeRun(journal, 4, { seed: '8', orders: 10 })).to.include({ seed: '8', base: 4 })
    expect(journal.thanked()).to.equal(0)
  })

  it('[VN3] draws a seed where none is given, and keeps it until that run is done', async () => {
    const journal = await inMemory()
    const drawn = { seed: null, orders: 10 }
    const first = await resumeRun(journal, 0, drawn)
    expect(await resumeRun(journal, 5, drawn)).to.deep.equal(first)
    await journal.finishRun()
    const second = await resumeRun(journal, 10, drawn)
    expect(second.seed).not.to.equal(first.seed)
    expect(second.base).to.equal(10)
  })

  it('[VN3] begins a new run when another number of orders is wanted of a drawn seed', async () => {
    const journal = await inMemory()
    const endless = await resumeRun(journal, 0, { seed: null, orders: 0 })
    expect(await resumeRun(journal, 500, { seed: null, orders: 10 })).not.to.include({ seed: endless.seed })
  })
})

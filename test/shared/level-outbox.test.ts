import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { ClassicLevel } from 'classic-level'
import sinon from 'sinon'
import { sealed } from '../../shared/checksum.ts'
import type { Clock } from '../../shared/clock.ts'
import { Fault } from '../../shared/fault.ts'
import type { OutboxDatabase } from '../../shared/outbox/group-writer.ts'
import { type LevelOutbox, openLevelOutbox } from '../../shared/outbox/level-outbox.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { eventOf } from '../support/waiting.ts'
import { addAll, failedEvent, item } from './outbox-contract.ts'

const CHILD = fileURLToPath(new URL('outbox-child.ts', import.meta.url))
const participant = 'vendor/acme/main'

const open = (folder: string, clock?: Clock): Promise<LevelOutbox> =>
  openLevelOutbox({ folder, participant, ...(clock === undefined ? {} : { clock }) })

const faultOf = (opening: Promise<LevelOutbox>): Promise<Fault> =>
  opening.then(
    () => expect.fail('it opened'),
    (error: unknown) => {
      expect(error).to.be.instanceOf(Fault)
      return error as Fault
    },
  )

interface HeldWrite {
  readonly sync: boolean
  readonly length: number
  go(): void
  fail(error: Error): void
}

/** A LevelDB that, once told to hold, lets a batch write when the test says so. */
class HeldDatabase implements OutboxDatabase {
  readonly writes: HeldWrite[] = []
  isHolding = false
  readonly #database: ClassicLevel<string, string>

  constructor(folder: string) {
    this.#database = new ClassicLevel(folder)
  }

  open = () => this.#database.open()
  close = () => this.#database.close()
  get = (key: string) => this.#database.get(key)
  iterator = (options: { limit?: number }) => this.#database.iterator(options)

  batch(): ReturnType<OutboxDatabase['batch']> {
    const batch = this.#database.batch()
    const held = {
      put: (key: string, value: string) => batch.put(key, value) && held,
      del: (key: string) => batch.del(key) && held,
      write: (options: { sync: boolean }) =>
        this.isHolding ? this.#held(batch, options.sync) : batch.write(options),
    }
    return held
  }

  #held(batch: ReturnType<ClassicLevel['batch']>, sync: boolean): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const go = () => void batch.write({ sync }).then(resolve, reject)
      this.writes.push({ sync, length: batch.length, go, fail: reject })
    })
  }
}

describe('outbox on disk', () => {
  let folder: string

  beforeEach(() => {
    folder = temporaryFolder()
  })

  const restarted = async (outbox: LevelOutbox): Promise<LevelOutbox> => {
    await outbox.close()
    return open(folder)
  }

  it('[OB1] gives a later process what was not confirmed, in the order of add', async () => {
    let outbox = await open(folder)
    await addAll(outbox, [item(9), item(10), item(11)])
    outbox.confirm([10])
    outbox = await restarted(outbox)
    expect(outbox.pending()).to.deep.equal([item(9), item(11)])
    await outbox.close()
  })

  it('[OB4] gives a later process nothing that was confirmed', async () => {
    let outbox = await open(folder)
    await addAll(outbox, [item(1), item(2)])
    outbox.confirm([1, 2])
    outbox = await restarted(outbox)
    expect(outbox.pending()).to.deep.equal([])
    await outbox.close()
  })

  it('[OB5] gives a later process what has failed, as failed and not as pending', async () => {
    let outbox = await open(folder)
    await addAll(outbox, [item(1), item(2)])
    outbox.fail(1, failedEvent(1))
    outbox = await restarted(outbox)
    expect(outbox.pending()).to.deep.equal([item(2)])
    expect(outbox.failed()).to.deep.equal([failedEvent(1)])
    await outbox.close()
  })

  it('[OB5] keeps an earlier failed event when item numbers begin anew', async () => {
    let outbox = await open(folder)
    outbox.fail(1, failedEvent(1))
    outbox = await restarted(outbox)
    outbox.fail(1, failedEvent(2))
    outbox = await restarted(outbox)
    expect(outbox.failed()).to.deep.equal([failedEvent(1), failedEvent(2)])
    await outbox.close()
  })

  it('[OB10] gives a later process its progress', async () => {
    let outbox = await open(folder)
    outbox.saveProgress(41)
    outbox.saveProgress(42)
    outbox = await restarted(outbox)
    expect(outbox.progress()).to.equal(42)
    await outbox.close()
  })

  it('[OB11] writes at close what has gathered', async () => {
    let outbox = await open(folder, createManualClock())
    outbox.add(item(1), () => {})
    outbox = await restarted(outbox)
    expect(outbox.pending()).to.deep.equal([item(1)])
    await outbox.close()
  })

  it('[OB2][OB10] has on disk what it called back for, when its process is killed', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', CHILD, folder, participant])
    const [said] = await eventOf<[Buffer]>(child.stdout, 'data')
    child.kill('SIGKILL')
    await eventOf(child, 'exit')
    const outbox = await open(folder)
    expect(said.toString()).to.equal('stored 3')
    expect(outbox.pending()).to.deep.equal([item(1), item(2), item(3)])
    expect(outbox.progress()).to.equal(3)
    await outbox.close()
  })

  describe('groups', () => {
    let held: HeldDatabase
    let outbox: LevelOutbox
    let clock: ReturnType<typeof createManualClock>

    beforeEach(async () => {
      held = new HeldDatabase(folder)
      clock = createManualClock()
      outbox = await openLevelOutbox({ folder, participant, clock, database: held })
      held.isHolding = true
    })

    afterEach(() => held.close())

    it('[OB2][OB3][OB10] writes what one turn adds, and the progress, in one batch with one sync, and calls back afterwards', async () => {
      const stored = sinon.stub()
      outbox.add(item(1), stored)
      outbox.add(item(2), stored)
      outbox.confirm([0])
      outbox.saveProgress(2)
      expect(held.writes).to.have.length(0)
      clock.turn()
      expect(held.writes.map(({ sync, length }) => ({ sync, length }))).to.deep.equal([
        { sync: true, length: 4 },
      ])
      sinon.assert.notCalled(stored)
      held.writes[0]?.go()
      await outbox.close()
      sinon.assert.calledTwice(stored)
    })

    it('[OB3] gathers the next group while one is written, and writes it right after', async () => {
      const first = addAll(outbox, [item(1)])
      clock.turn()
      const second = addAll(outbox, [item(2), item(3)])
      clock.turn()
      expect(held.writes).to.have.length(1)
      held.writes[0]?.go()
      await first
      expect(held.writes).to.have.length(2)
      held.writes[1]?.go()
      await second
    })

    it('[OB4] does not sync confirmations', () => {
      outbox.confirm([1, 2, 3])
      clock.turn()
      expect(held.writes).to.have.length(1)
      expect(held.writes[0]).to.include({ sync: false, length: 3 })
      held.writes[0]?.go()
      return outbox.close()
    })

    it('[OB10] writes progress with the item that waits for a group to be written, and not before it', async () => {
      const first = addAll(outbox, [item(1)])
      clock.turn()
      outbox.add(item(2), () => {})
      outbox.saveProgress(2)
      clock.turn()
      expect(held.writes).to.have.length(1)
      const closing = outbox.close()
      held.writes[0]?.go()
      await first
      await new Promise((resolve) => setImmediate(resolve))
      expect(held.writes.map(({ length }) => length)).to.deep.equal([1, 2])
      held.writes[1]?.go()
      await closing
    })

    it('[OB11] writes at close also what gathers behind a group that is being written', async () => {
      const stored = sinon.stub()
      const closed = sinon.stub()
      const first = addAll(outbox, [item(1)])
      clock.turn()
      outbox.add(item(2), stored)
      const closing = outbox.close().then(closed)
      held.writes[0]?.go()
      await first
      await new Promise((resolve) => setImmediate(resolve))
      expect([held.writes.length, closed.called]).to.deep.equal([2, false])
      held.writes[1]?.go()
      await closing
      sinon.assert.calledOnce(stored)
    })

    it('[OB9] tells the first write error once, calls nothing back and writes nothing any more', async () => {
      const stored = sinon.stub()
      const fault = new Promise<Error>((resolve) => outbox.onFault(resolve))
      const told = sinon.stub()
      outbox.onFault(told)
      outbox.add(item(1), stored)
      clock.turn()
      outbox.add(item(2), stored)
      clock.turn()
      held.writes[0]?.fail(new Error('no space left'))
      expect((await fault).message).to.equal('no space left')
      outbox.add(item(3), stored)
      clock.turn()
      await outbox.close()
      sinon.assert.notCalled(stored)
      sinon.assert.calledOnce(told)
      expect(held.writes).to.have.length(1)
    })
  })

  describe('folder', () => {
    it('[OB7] is refused while another link has it open, with what to do', async () => {
      const outbox = await open(folder)
      const fault = await faultOf(open(folder))
      expect(fault.code).to.equal('in-use')
      expect(fault.message)
        .to.include(folder)
        .and.match(/in use by another process: end that one, or choose/)
      await outbox.close()
    })

    it('[OB7] is refused to another participant, naming its owner', async () => {
      await (await open(folder)).close()
      const fault = await faultOf(openLevelOutbox({ folder, participant: 'vendor/acme/till-2' }))
      expect(fault.code).to.equal('in-use')
      expect(fault.message).to.include(`belongs to ${participant}, not to vendor/acme/till-2`)
    })

    it('[OB7] is open to its owner after it was refused', async () => {
      await (await open(folder)).close()
      await faultOf(openLevelOutbox({ folder, participant: 'driver/7' }))
      await (await open(folder)).close()
    })

    const rewritten = async (key: string, value: string): Promise<void> => {
      await (await open(folder)).close()
      const database = new ClassicLevel<string, string>(folder)
      await database.put(key, value)
      await database.close()
    }

    it('[OB7] of an unknown format is refused, with what to do', async () => {
      await rewritten('format', sealed('', '3'))
      const fault = await faultOf(open(folder))
      expect(fault.code).to.equal('in-use')
      expect(fault.message).to.match(
        /is not an outbox of format 2: choose another folder, or start the version/,
      )
    })

    it('[OB7] of something else is refused', async () => {
      const database = new ClassicLevel<string, string>(folder)
      await database.put('anything', 'else')
      await database.close()
      expect((await faultOf(open(folder))).code).to.equal('in-use')
    })

    it('[OB8] with a damaged value is refused, naming the key', async () => {
      const key = 'item!0000000000000001'
      await rewritten(key, sealed(key, '{"event":"pickup"}').replace('pickup', 'pickap'))
      const fault = await faultOf(open(folder))
      expect(fault.code).to.equal('outbox')
      expect(fault.message).to.include(`is damaged: the value of ${key}`)
    })

    it('[OB8] that cannot be opened is a fault with the cause', async () => {
      const file = join(folder, 'file')
      writeFileSync(file, 'not a folder')
      const fault = await faultOf(open(join(file, 'outbox')))
      expect(fault.code).to.equal('outbox')
      expect(fault.cause).to.be.instanceOf(Error)
    })
  })
})

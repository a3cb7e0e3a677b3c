import { expect } from 'chai'
import sinon from 'sinon'
import { freeBytesOf, watchDisk } from '../../hub/disk.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const PERIOD_MS = 5000

const watched = async (...free: (number | Error)[]) => {
  const clock = createManualClock()
  const log = { warn: sinon.stub(), info: sinon.stub() }
  const freeBytes = sinon.stub()
  for (const [call, bytes] of free.entries())
    if (bytes instanceof Error) freeBytes.onCall(call).rejects(bytes)
    else freeBytes.onCall(call).resolves(bytes)
  const disk = await watchDisk({ freeBytes, watermarkBytes: 100, periodMs: PERIOD_MS, clock, log })
  return { clock, log, disk, next: () => clock.advanceAsync(PERIOD_MS) }
}

describe('disk watch', () => {
  it('[HB6] knows from the start whether the disk is low', async () => {
    expect((await watched(99)).disk.isDiskLow()).to.equal(true)
    expect((await watched(100)).disk.isDiskLow()).to.equal(false)
  })

  it('[HB6] says once that the disk is low, and once that there is room again', async () => {
    const { log, disk, next } = await watched(100, 99, 0, 99, 100, 5000)
    const seen = [disk.isDiskLow()]
    for (let look = 0; look < 5; look += 1) {
      await next()
      seen.push(disk.isDiskLow())
    }
    expect(seen).to.deep.equal([false, true, true, true, false, false])
    sinon.assert.calledOnceWithExactly(
      log.warn,
      { freeBytes: 99, watermarkBytes: 100 },
      'the disk is low: new orders are refused',
    )
    sinon.assert.calledOnceWithExactly(log.info, { freeBytes: 100 }, 'the disk has room again')
  })

  it('[HB6] keeps what it knew while the disk cannot be asked, and says that', async () => {
    const { log, disk, next } = await watched(99, new Error('gone'), 100)
    await next()
    expect(disk.isDiskLow()).to.equal(true)
    sinon.assert.calledWith(log.warn, { error: 'gone' }, 'the free disk is not known')
    await next()
    expect(disk.isDiskLow()).to.equal(false)
  })

  it('[HB6] takes the disk for one with room while it could not be asked even once', async () => {
    const { disk, next } = await watched(new Error('gone'), 99)
    expect(disk.isDiskLow()).to.equal(false)
    await next()
    expect(disk.isDiskLow()).to.equal(true)
  })

  it('[HB6] asks no more when it is stopped', async () => {
    const { clock, disk } = await watched(100)
    disk.stop()
    expect(clock.armed).to.equal(0)
  })

  it('[HB6] knows the free space of a real folder', async () => {
    expect(await freeBytesOf(temporaryFolder())).to.be.greaterThan(0)
  })
})

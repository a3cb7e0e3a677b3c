import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ClassicLevel } from 'classic-level'
import { encode } from '../../../hub/ledger/level/codec.ts'
import { openLevelLedger } from '../../../hub/ledger/level/open.ts'
import { Fault } from '../../../shared/fault.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const clock = createManualClock()

const faultOf = (folder: string): Promise<Fault> =>
  openLevelLedger(folder, clock).then(
    async (ledger) => {
      await ledger.close()
      throw new Error('it was opened')
    },
    (fault) => fault,
  )

const withContent = async (folder: string, key: string, value: string): Promise<void> => {
  const db = new ClassicLevel<string, string>(folder)
  await db.put(key, value)
  await db.close()
}

describe('a data folder', () => {
  it('[LG12] is made where there is none', async () => {
    const folder = join(temporaryFolder(), 'not', 'there')
    const ledger = await openLevelLedger(folder, clock)
    await ledger.close()
  })

  it('[LG12] is refused while another hub holds it, and free when that one has closed', async () => {
    const folder = temporaryFolder()
    const ledger = await openLevelLedger(folder, clock)
    const fault = await faultOf(folder)
    expect(fault).to.be.instanceOf(Fault).with.property('code', 'in-use')
    expect(fault.message).to.contain(folder).and.to.contain('another hub').and.to.contain('--data-dir')
    await ledger.close()
    await (await openLevelLedger(folder, clock)).close()
  })

  it('[LG12] is refused if it is of another format, which the fault names', async () => {
    const folder = temporaryFolder()
    await withContent(folder, 'm/format', encode('m/format', 99))
    const fault = await faultOf(folder)
    expect(fault).to.be.instanceOf(Fault).with.property('code', 'in-use')
    expect(fault.message).to.contain('format 99').and.to.contain('--data-dir')
  })

  it('[LG12] is refused if something else keeps its data in it, and left as it was', async () => {
    const folder = temporaryFolder()
    await withContent(folder, 'a', 'b')
    const fault = await faultOf(folder)
    expect(fault.message).to.contain('unknown format')
    const db = new ClassicLevel<string, string>(folder)
    expect(await db.iterator().all()).to.deep.equal([['a', 'b']])
    await db.close()
  })

  it('[LG12] is refused if it is no folder, or cannot be read', async () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    expect((await faultOf(file)).message)
      .to.contain(file)
      .and.to.contain('cannot be opened')
    const broken = temporaryFolder()
    writeFileSync(join(broken, 'CURRENT'), 'not of LevelDB')
    const fault = await faultOf(broken)
    expect(fault).to.be.instanceOf(Fault).with.property('code', 'ledger')
    expect(fault.message).to.contain(broken).and.to.contain('cannot be opened')
  })
})

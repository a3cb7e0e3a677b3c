import {
  appendFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ClassicLevel } from 'classic-level'
import { Fault } from '../../../shared/fault.ts'
import { keysPut } from '../../../shared/level/batch.ts'
import { logDamage } from '../../../shared/level/check-logs.ts'
import { tableDamage } from '../../../shared/level/check-tables.ts'
import { crc32c, maskedCrc32c } from '../../../shared/level/crc32c.ts'
import { openLevelFolder } from '../../../shared/level/folder.ts'
import { recordsIn } from '../../../shared/level/log-file.ts'
import { readManifest } from '../../../shared/level/manifest.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const never = () => false

const opened = async (folder: string, writeBufferSize = 4 << 20): Promise<ClassicLevel<string, string>> => {
  const db = new ClassicLevel<string, string>(folder, { writeBufferSize })
  await db.open()
  return db
}

/** A folder with a log of so many synced writes. */
const folderWithLog = async (writes: number, bytes = 100): Promise<string> => {
  const folder = temporaryFolder()
  const db = await opened(folder)
  for (let write = 0; write < writes; write += 1)
    await db.put(`key-${write}`, 'v'.repeat(bytes), { sync: true })
  await db.close()
  return folder
}

const fileIn = (folder: string, ending: string): string =>
  join(
    folder,
    readdirSync(folder)
      .filter((name) => name.endsWith(ending))
      .sort()[0]!,
  )

const flip = (file: string, at: number): void => {
  const content = readFileSync(file)
  content[at]! ^= 1
  writeFileSync(file, content)
}

/** What LevelDB adds to its manifest to say how many writes there are: a record of its own (doc/log_format.md) with the field 4. */
const lastSequenceRecord = (sequence: number): Buffer => {
  const record = Buffer.from([0, 0, 0, 0, 2, 0, 1, 4, sequence])
  record.writeUInt32LE(maskedCrc32c(record, 6, record.length))
  return record
}

describe('the logs of a LevelDB', () => {
  for (const [name, writes, bytes] of [
    ['in one block', 20, 100],
    ['over several blocks', 20, 20_000],
  ] as const)
    it(`[LG16] have damage that other writes follow, ${name}, and not that of the last one`, async () => {
      const folder = await folderWithLog(writes, bytes)
      expect(await logDamage(folder, null)).to.equal(null)
      const log = fileIn(folder, '.log')
      const records = recordsIn(readFileSync(log))
      expect(records).to.have.length(writes)
      for (const [index, { at }] of records.entries()) {
        flip(log, at + 40)
        const damage = await logDamage(folder, null)
        if (index < writes - 1) expect(damage).to.match(/lacks writes before byte \d+/)
        else expect(damage).to.equal(null)
        flip(log, at + 40)
      }
    })

  it('[LG16] have damage at their beginning also when the manifest knows of later writes than those', async () => {
    const folder = await folderWithLog(20, 40_000)
    // As when a table was finished after the first ten writes to this log. Of the first one, which is damaged, the second block is whole.
    appendFileSync(
      fileIn(folder, readdirSync(folder).find((name) => name.startsWith('MANIFEST'))!),
      lastSequenceRecord(10),
    )
    expect((await readManifest(folder))?.lastSequence).to.equal(10)
    expect(await logDamage(folder, null)).to.equal(null)
    flip(fileIn(folder, '.log'), 40)
    expect(await logDamage(folder, null)).to.match(/lacks writes before byte \d+/)
  })

  it('[LG16] have no damage when their end is torn off anywhere in the last write', async () => {
    const folder = await folderWithLog(3)
    const log = fileIn(folder, '.log')
    const content = readFileSync(log)
    const { at } = recordsIn(content).at(-1)!
    for (let end = content.length; end > at; end -= 7) {
      truncateSync(log, end)
      expect(await logDamage(folder, null)).to.equal(null)
    }
  })

  it('[LG16][OB8] may have holes among writes that were not synced, and none with a synced write and another one behind', async () => {
    const folder = await folderWithLog(5)
    const log = fileIn(folder, '.log')
    flip(log, recordsIn(readFileSync(log))[1]!.at + 20)
    const syncedIs = (key: string) => (record: Buffer) => keysPut(record).includes(key)
    expect(await logDamage(folder, syncedIs('key-3'))).to.match(/lacks writes/)
    expect(await logDamage(folder, syncedIs('key-4'))).to.equal(null)
  })

  it('[LG16] are missed when the manifest names them and they are gone', async () => {
    const folder = await folderWithLog(3)
    rmSync(fileIn(folder, '.log'))
    expect(await logDamage(folder, null)).to.match(/log \d+ is missing, or the end of the manifest/)
  })

  it('[LG15] are not missed when a cut came before the manifest that names a new one was durable', async () => {
    const folder = temporaryFolder()
    const db = await opened(folder, 64 * 1024)
    for (let write = 0; write < 20; write += 1) await db.put(`k${write}`, 'v'.repeat(5000), { sync: true })
    await db.close()
    // An opening leaves one log, the one that the manifest names; a close may leave two.
    await (await opened(folder)).close()
    const log = fileIn(folder, '.log')
    renameSync(log, join(folder, '000001.log'))
    expect(await logDamage(folder, null)).to.equal(null)
  })

  it('[LG16] are missed when the end of the manifest is gone, which says that others took their place', async () => {
    const folder = temporaryFolder()
    const db = await opened(folder, 64 * 1024)
    for (let write = 0; write < 30; write += 1) await db.put(`k${write}`, 'v'.repeat(5000), { sync: true })
    await db.close()
    const manifest = join(folder, readFileSync(join(folder, 'CURRENT'), 'utf8').trim())
    expect(await logDamage(folder, null)).to.equal(null)
    truncateSync(manifest, recordsIn(readFileSync(manifest)).at(-1)!.at)
    expect(await logDamage(folder, null)).to.match(/is missing, or the end of the manifest/)
  })

  it('[LG16] are not looked for where CURRENT is gone: the tables tell that a database was there', async () => {
    const folder = await folderWithLog(3)
    await (await opened(folder)).close()
    rmSync(join(folder, 'CURRENT'))
    expect(await logDamage(folder, null)).to.match(/CURRENT is missing/)
  })
})

describe('the tables of a LevelDB', () => {
  it('[LG16] have damage in whatever block a bit has flipped', async () => {
    const folder = await folderWithLog(40, 1000)
    await (await opened(folder)).close()
    const table = fileIn(folder, '.ldb')
    expect(await tableDamage(folder, never)).to.equal(null)
    const { length } = readFileSync(table)
    // In the footer some zeros follow, which nobody reads.
    for (let at = 0; at < length - 48; at += 13) {
      flip(table, at)
      expect(await tableDamage(folder, never), `byte ${at}`).to.match(/is not as it was written/)
      flip(table, at)
    }
  })

  it('[LG16] are those of the manifest: one that is half written is none', async () => {
    const folder = await folderWithLog(3)
    await (await opened(folder)).close()
    writeFileSync(join(folder, '009999.ldb'), 'half')
    expect(await tableDamage(folder, never)).to.equal(null)
  })

  it('takes the checksum that LevelDB takes', () => {
    const digits = Buffer.from('123456789')
    expect(crc32c(digits, 0, digits.length)).to.equal(0xe3069283)
  })
})

describe('a folder of LevelDB', () => {
  const open = (folder: string) =>
    openLevelFolder(folder, {
      open: () => opened(folder),
      isSynced: null,
      checkedTableBytes: 1 << 20,
      damageFault: (what) => new Fault('corrupt', what),
    })

  it('[LG15][OB12] is made anew when a cut has left it half made', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'CURRENT'), 'MANIFEST-000001\n')
    writeFileSync(join(folder, 'MANIFEST-000001'), '')
    writeFileSync(join(folder, '000003.log'), '')
    const db = await open(folder)
    expect(await db.keys().all()).to.deep.equal([])
    await db.close()
  })

  it('[LG15] is left as it is when something was written to it', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'CURRENT'), 'MANIFEST-000001\n')
    writeFileSync(join(folder, 'MANIFEST-000001'), '')
    writeFileSync(join(folder, '000003.log'), 'something')
    const error = await open(folder).then(
      () => expect.fail('it opened'),
      (thrown: Error) => thrown,
    )
    expect(error).to.be.instanceOf(Error)
    expect(readdirSync(folder)).to.include.members(['CURRENT', '000003.log'])
  })

  it('[LG16] is not opened when it is damaged', async () => {
    const folder = await folderWithLog(5)
    flip(fileIn(folder, '.log'), 20)
    const error = await open(folder).then(
      () => expect.fail('it opened'),
      (thrown: Fault) => thrown,
    )
    expect(error).to.be.instanceOf(Fault).with.property('code', 'corrupt')
    expect(readdirSync(folder).some((name) => name.endsWith('.log'))).to.equal(true)
  })
})

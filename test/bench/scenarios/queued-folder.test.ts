import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { linkFolder, ordersFor } from './queued-folder.ts'

describe('a folder with queued events', () => {
  it('has as many orders as it takes for the entries, two for each till', () => {
    expect(ordersFor({ tillsAStore: 100, entries: 5_000_000 })).to.equal(25_000)
    expect(ordersFor({ tillsAStore: 1, entries: 1_000_001 })).to.equal(500_001)
  })

  it('is linked table by table, and all else is copied', async () => {
    const [from, to] = [temporaryFolder(), temporaryFolder()]
    await mkdir(join(from, 'hub'))
    for (const name of ['000001.ldb', '000002.log', 'CURRENT']) writeFileSync(join(from, 'hub', name), name)
    await linkFolder(from, to)
    const inode = (folder: string, name: string) => statSync(join(folder, 'hub', name)).ino
    expect(inode(to, '000001.ldb')).to.equal(inode(from, '000001.ldb'))
    for (const name of ['000002.log', 'CURRENT']) {
      expect(readFileSync(join(to, 'hub', name), 'utf8')).to.equal(name)
      expect(inode(to, name)).to.not.equal(inode(from, name))
    }
  })
})

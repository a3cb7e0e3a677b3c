import { expect } from 'chai'
import type { ClassicLevel } from 'classic-level'
import { openDatabase } from '../../../hub/ledger/level/open.ts'
import { scrubOf } from '../../../hub/ledger/level/scrub.ts'
import { atEndOfTest } from '../../support/cleanup.ts'
import { filesWith } from '../../support/level-bytes.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const MARK = 'MARKED'
const SMALL_BUFFER = 64 * 1024
const RANGE = { gt: 'q/acme/', lt: 'q/acme0' }
const ROUNDS = 12

/** Values that hardly compress, so that there are many tables. */
const noise = (seed: number): string =>
  Array.from({ length: 40 }, (_, n) => ((seed + 1) * (n + 7) * 2_654_435_761) % 4_294_967_296).join()

describe('scrubbing of the files', () => {
  let folder: string
  let db: ClassicLevel<string, string>

  beforeEach(async () => {
    folder = temporaryFolder()
    db = await openDatabase(folder, SMALL_BUFFER)
    atEndOfTest(() => db.close())
  })

  /** LevelDB merges tables by itself, and one that it is just writing can not be read: it is asked to end before its files are looked at. */
  const marked = async (): Promise<string[]> => {
    await db.close()
    const files = filesWith(folder, MARK)
    db = await openDatabase(folder, SMALL_BUFFER)
    return files
  }

  const scrub = (isOver = () => false) => scrubOf(db)([RANGE], isOver)

  /** Tables of several levels, in all of which the marked value was written anew and then removed. */
  const fill = async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      await db.put('q/acme/1', `${MARK} in round ${round}`)
      await db.put(`q/acme/2${round}`, MARK)
      for (let n = 0; n < 300; n += 1) await db.put(`${'jopqx'[n % 5]}/${n}/${round}`, noise(n + round * 300))
    }
    for await (const key of db.keys(RANGE)) await db.del(key)
  }

  it('[PV5] leaves no byte of removed values in any table or log, at whatever level they lie', async () => {
    await fill()
    expect(db.getProperty('leveldb.num-files-at-level2'), 'tables at level 2').to.not.equal('0')
    expect(await marked()).to.not.deep.equal([])
    expect(await scrub()).to.equal(true)
    expect(await marked()).to.deep.equal([])
  })

  it('[PV5] leaves none where all of it has gathered in memory only', async () => {
    await db.put('q/acme/1', MARK)
    await db.put('q/acme/1', 'other')
    await scrub()
    expect(await marked()).to.deep.equal([])
    expect(await db.get('q/acme/1')).to.equal('other')
  })

  it('[PV5] removes nothing that is there', async () => {
    await fill()
    await db.put('q/acme0', 'next')
    const before = await db.iterator().all()
    await scrub()
    expect(await db.iterator().all()).to.deep.equal(before)
  })

  it('[PV5] ends when it is over', async () => {
    await fill()
    expect(await scrub(() => true)).to.equal(false)
  })
})

import { existsSync } from 'node:fs'
import { expect } from 'chai'
import type { Fault } from '../../shared/fault.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { bareSyncMs, fileSystemOf, mountsIn, requireDisk } from './disk.ts'

const MOUNTS = mountsIn(
  [
    '22 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
    '23 22 0:20 / /tmp rw,nosuid shared:5 master:1 - tmpfs tmpfs rw,size=12g',
    '24 23 8:1 / /tmp/my\\040disk rw - xfs /dev/sda1 rw',
    '25 22 8:2 / /srv rw - ext4 /dev/sdb1 rw',
    '26 25 8:3 / /srv rw - btrfs /dev/sdc1 rw',
  ].join('\n'),
)

describe('disk of a chaos run', () => {
  it('tells the file system of the nearest mount point, the last of several at one place', () => {
    const types = ['/home/x', '/tmp', '/tmp/x', '/tmpfoo', '/tmp/my disk/x', '/srv/x'].map((path) =>
      fileSystemOf(path, MOUNTS),
    )
    expect(types).to.deep.equal(['ext4', 'tmpfs', 'tmpfs', 'ext4', 'xfs', 'btrfs'])
  })

  it('refuses a folder that lies in memory, and says what to do', function () {
    if (!existsSync('/dev/shm')) return this.skip()
    expect(() => requireDisk('/dev/shm')).to.throw(/lies in memory .*--data-dir/)
    try {
      requireDisk('/dev/shm')
    } catch (fault) {
      expect((fault as Fault).code).to.equal('configuration')
    }
  })

  it('measures a bare sync and leaves nothing behind', () => {
    const folder = temporaryFolder()
    expect(bareSyncMs(folder)).to.be.above(0)
    expect(existsSync(`${folder}/sync-trial`)).to.equal(false)
  })
})

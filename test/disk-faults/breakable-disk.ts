/**
 * A small file system of a test's own that breaks for real: it fills up, turns read-only, hangs, or its device fails under it. It is an ext4 image on a tmpfs, both smaller than they say, like
 * a thin volume: without room in the tmpfs a write to the device fails with EIO, as late as at the sync.
 *
 * The mounts live in a namespace (mount_namespaces(7)) that a keeper process holds until its input ends, which it does however the test, or the whole run, has ended.
 * Programs inside end with the run as well. With the last of them the kernel takes the mounts away; nobody outside sees them.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { atEndOfTest } from '../support/cleanup.ts'
import { createInbox } from '../support/waiting.ts'

const FILE_SYSTEM_MIB = 64
const DEVICE_MIB = 48

/** Arguments: the folder; sizes in MiB of the device and of the file system on it. */
const KEEPER = `
set -e
cd "$1"
mkdir device disk
mount -t tmpfs -o size="$2"m,mode=700 tmpfs device
truncate -s "$3"M device/image
mkfs.ext4 -q -F -m 0 -J size=4 -E lazy_itable_init=1,lazy_journal_init=1 device/image
mount -o loop,errors=remount-ro device/image disk
echo "mounted $(findmnt -no SOURCE disk)"
cat > /dev/null
set +e
exec 2> /dev/null
fsfreeze --unfreeze disk
cd /
umount --lazy "$1/disk" "$1/device"
rmdir "$1/disk" "$1/device" "$1"
`

const keeperCommand = (folder: string): string[] => [
  '--mount',
  '--propagation=private',
  ...['bash', '-c', KEEPER, 'keeper', folder, String(DEVICE_MIB), String(FILE_SYSTEM_MIB)],
]

export class BreakableDisk {
  /** Where it is mounted, for whoever runs inside. */
  readonly folder: string
  readonly #root: string
  readonly #keeper: ChildProcess
  readonly #device: string

  constructor(root: string, keeper: ChildProcess, device: string) {
    this.#root = root
    this.folder = join(root, 'disk')
    this.#keeper = keeper
    this.#device = device.replace('/dev/', '')
  }

  /** What starts a command that sees the disk. It replaces itself by the command, which thus has its process id; the working directory is `/`. */
  get prefix(): readonly string[] {
    const enter = ['nsenter', `--target=${this.#keeper.pid}`, '--mount', '--']
    return [...enter, 'setpriv', '--pdeathsig', 'KILL', '--']
  }

  /** Leaves so many MiB for new files; 0 leaves not even room in the last block. */
  fill(leftMib = 0): void {
    // The last of it is written: whoever else writes meanwhile would make a reservation of all fail.
    this.#run(
      `left=$(df --output=avail -B1M disk | tail -1); fallocate -l $((left - ${leftMib} - 1))M disk/ballast`,
    )
    // Block by block: of a larger write nothing is kept when not all of it has room.
    if (leftMib === 0) this.#run('dd if=/dev/zero of=disk/crumbs bs=1k 2> /dev/null || sync -f disk')
  }

  empty(): void {
    this.#run('rm -f disk/ballast disk/crumbs')
  }

  /** From now on the device fails each write to a block that it has not stored before. */
  breakDevice(): void {
    this.#run('cat /dev/zero > device/ballast 2> /dev/null || true')
  }

  /** As the kernel does when it finds the file system damaged; a plain remount is refused while a file is open for writing. */
  turnReadOnly(): void {
    this.#run(`echo 1 > /sys/fs/ext4/${this.#device}/trigger_fs_error`)
  }

  /** Writing and syncing wait from now on, reading goes on. */
  freeze(): void {
    this.#run('fsfreeze --freeze disk')
  }

  thaw(): void {
    this.#run('fsfreeze --unfreeze disk')
  }

  /** Mounted so that nothing can be written; nobody may have it open. */
  mountReadOnly(): void {
    this.#run('mount -o remount,ro disk')
  }

  /** There is room again, and what the file system kept is checked and mounted anew. Nobody may have it open. */
  mend(): void {
    this.#run('rm -f device/ballast; umount disk; e2fsck -p device/image > /dev/null || [ $? -lt 4 ]')
    this.#run('mount -o loop,errors=remount-ro device/image disk')
    this.empty()
  }

  async close(): Promise<void> {
    const ended = once(this.#keeper, 'close')
    this.#keeper.stdin?.end()
    await ended
  }

  #run(script: string): void {
    const [command = '', ...args] = this.prefix
    const { status, stderr } = spawnSync(command, [...args, 'bash', '-ec', `cd '${this.#root}'; ${script}`], {
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`The test's disk: ${script}: ${stderr}`)
  }
}

/** A disk of 64 MiB that goes with the test; null where such a disk cannot be made: it takes root's rights, loop devices and ext4's tools. */
export const breakableDisk = async (): Promise<BreakableDisk | null> => {
  const root = mkdtempSync(join(tmpdir(), 'disk-'))
  const keeper = spawn('unshare', keeperCommand(root), { stdio: ['pipe', 'pipe', 'ignore'] })
  const said = createInbox<string>('a mounted disk')
  createInterface(keeper.stdout).on('line', said.put)
  keeper.once('error', () => said.end('It cannot be started'))
  keeper.once('close', () => said.end('It ended'))
  const device = await said.next().then(
    (line) => line.replace('mounted ', ''),
    () => null,
  )
  if (device === null) {
    rmSync(root, { recursive: true, force: true })
    return null
  }
  const disk = new BreakableDisk(root, keeper, device)
  atEndOfTest(() => disk.close())
  return disk
}

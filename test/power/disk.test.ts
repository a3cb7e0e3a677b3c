/** The model of a disk, held to tiny traces made by hand. */
import { expect } from 'chai'
import { seeded } from '../support/seeded.ts'
import { callsIn } from '../support/trace.ts'
import { boundariesOf, type Recording, type Step, stateAt } from './disk.ts'
import { type Draw, type Image, imageOf } from './image.ts'
import { traceReader } from './trace-reader.ts'

const hex = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')
const path = (name: string): string => `"${hex(`/disk/${name}`)}"`

const folderOf = (name?: string): string => (name === undefined ? '/disk' : `/disk/${name}`)

/** A line a call, written as strace does: `open`, `write 3 abc`, `fdatasync 3`. */
const lineOf = (call: string): string => {
  const [name, ...args] = call.split(' ') as [string, ...string[]]
  switch (name) {
    case 'open':
      return `openat(AT_FDCWD<${hex('/')}>, ${path(args[1]!)}, O_WRONLY|O_CREAT|O_TRUNC, 0666) = ${args[0]}<${hex(`/disk/${args[1]}`)}>`
    case 'open-folder':
      return `openat(AT_FDCWD<${hex('/')}>, "${hex(folderOf(args[1]))}", O_RDONLY) = ${args[0]}<${hex(folderOf(args[1]))}>`
    case 'write':
      return `write(${args[0]}<>, "${hex(args[1]!)}", ${args[1]!.length}) = ${args[1]!.length}`
    case 'fdatasync':
      return `fdatasync(${args[0]}<>) = 0`
    case 'fsync-folder':
      return `fsync(${args[0]}<${hex(folderOf(args[1]))}>) = 0`
    case 'rename':
      return `rename(${path(args[0]!)}, ${path(args[1]!)}) = 0`
    default:
      return `${name}(${args.map((arg) => (/^\d+$/.test(arg) ? `${arg}<>` : path(arg))).join(', ')}) = 0`
  }
}

const recordingOf = (...calls: string[]): Recording => recordingIn([], ...calls)

const recordingIn = (folders: readonly string[], ...calls: string[]): Recording => {
  const reader = traceReader({ watched: { folder: '/disk', marks: '/marks' }, folders })
  reader.read(callsIn(calls.map((call) => `1 ${lineOf(call)}`).join('\n')), 0)
  return { start: [], steps: reader.steps, marks: reader.marks }
}

/** Every image that some draw makes of the last instant, as `name=content` lines, each once. */
const imagesOf = (recording: Recording, draw: Draw, cut = 1000): string[] => {
  const told = (image: Image): string =>
    [...image]
      .map(([name, content]) => `${name}=${content.toString().replaceAll('\0', '0')}`)
      .sort()
      .join(' ')
  const state = stateAt(recording, cut)
  const drawn = Array.from({ length: 200 }, (_, seed) => told(imageOf(state, draw, seeded(seed))))
  return [...new Set(drawn)].sort()
}

const journal = 'journal'
const own = 'own'

describe('the model of a power cut', () => {
  it('keeps nothing of what was never synced', () => {
    const recording = recordingOf('open 3 a', 'write 3 xy')
    expect(imagesOf(recording, { kind: 'none', journal })).to.deep.equal([''])
    expect(imagesOf(recording, { kind: 'all', journal })).to.deep.equal(['a=xy'])
  })

  it('keeps what was synced, and its name, whatever is drawn', () => {
    const recording = recordingOf('open 3 a', 'write 3 xy', 'fdatasync 3', 'write 3 z')
    for (const mode of [journal, own] as const) {
      expect(imagesOf(recording, { kind: 'none', journal: mode })).to.deep.equal(['a=xy'])
      expect(imagesOf(recording, { kind: 'subset', journal: mode })).to.deep.equal(['a=xy', 'a=xyz'])
      expect(imagesOf(recording, { kind: 'zeros', journal: mode })).to.deep.equal(['a=xy', 'a=xy0'])
    }
  })

  it('does not take a sync for done before it has ended', () => {
    const recording = recordingOf('open 3 a', 'write 3 xy', 'fdatasync 3')
    const unended = recording.steps.map((step) => (step.kind === 'sync' ? { ...step, ended: 9999 } : step))
    expect(imagesOf({ ...recording, steps: unended }, { kind: 'none', journal })).to.deep.equal([''])
  })

  it('does not take a write for synced that had not ended when the sync began', () => {
    const recording = recordingOf('open 3 a', 'write 3 xy', 'fdatasync 3')
    const late = recording.steps.map((step): Step => (step.kind === 'write' ? { ...step, ended: 5 } : step))
    expect(imagesOf({ ...recording, steps: late }, { kind: 'none', journal: own })).to.deep.equal(['a='])
  })

  it('drops a write and keeps a later one, with a hole of zeros', () => {
    const recording = recordingOf('open 3 a', 'fdatasync 3', 'write 3 xy', 'write 3 z')
    expect(imagesOf(recording, { kind: 'subset', journal })).to.deep.equal(['a=', 'a=00z', 'a=xy', 'a=xyz'])
  })

  it('keeps a prefix of what was done to all files', () => {
    const recording = recordingOf(
      'open 3 a',
      'open 4 b',
      'fdatasync 3',
      'fdatasync 4',
      'write 3 x',
      'write 4 y',
    )
    expect(imagesOf(recording, { kind: 'prefix', journal })).to.deep.equal(['a= b=', 'a=x b=', 'a=x b=y'])
  })

  it('tears a write at any byte', () => {
    const recording = recordingOf('open 3 a', 'fdatasync 3', 'write 3 xyz')
    expect(imagesOf(recording, { kind: 'torn', journal })).to.deep.equal(['a=', 'a=x', 'a=xy', 'a=xyz'])
  })

  it('keeps pages in any order, and may know the length of those that are not there', () => {
    const [one, two] = ['1'.repeat(4096), '2'.repeat(10)]
    const recording = recordingOf('open 3 a', 'fdatasync 3', `write 3 ${one}${two}`)
    const [zeros, end] = ['0'.repeat(4096), '0'.repeat(10)]
    expect(imagesOf(recording, { kind: 'pages', journal })).to.deep.equal(
      [`a=${zeros}${end}`, `a=${one}${end}`, `a=${zeros}${two}`, `a=${one}${two}`, `a=${one}`, 'a='].sort(),
    )
  })

  it('keeps names in the order of the journal', () => {
    const recording = recordingOf('open 3 a', 'rename a b', 'open 4 c')
    expect(imagesOf(recording, { kind: 'subset', journal })).to.deep.equal(['', 'a=', 'b=', 'b= c='])
  })

  it('makes names durable that are older than the last change of a synced file, and not younger ones', () => {
    const calls = ['open 3 a', 'open 4 c', 'write 4 x', 'rename a b', 'fdatasync 4']
    expect(imagesOf(recordingOf(...calls), { kind: 'subset', journal })).to.deep.equal(['a= c=x', 'b= c=x'])
  })

  it('makes nothing but its own name durable by the sync of a file, where a file system promises no more', () => {
    const recording = recordingOf('open 3 a', 'rename a b', 'open 4 c', 'write 4 x', 'fdatasync 4')
    expect(imagesOf(recording, { kind: 'none', journal })).to.deep.equal(['b= c=x'])
    expect(imagesOf(recording, { kind: 'none', journal: own })).to.deep.equal(['c=x'])
  })

  it('makes names durable by the sync of their folder, and no content', () => {
    const calls = ['open 3 a', 'write 3 x', 'rename a b', 'open-folder 5', 'fsync-folder 5', 'unlink b']
    for (const mode of [journal, own] as const) {
      expect(imagesOf(recordingOf(...calls), { kind: 'none', journal: mode })).to.deep.equal(['b='])
      expect(imagesOf(recordingOf(...calls), { kind: 'all', journal: mode })).to.deep.equal([''])
    }
  })

  it('makes names durable by the sync of a folder that was there before, empty', () => {
    const calls = ['open 3 f/a', 'rename f/a f/b', 'open-folder 5 f', 'fsync-folder 5 f']
    expect(imagesOf(recordingIn(['f'], ...calls), { kind: 'none', journal: own })).to.deep.equal(['f/b='])
  })

  it('makes the folders durable in which a synced file lies', () => {
    const recording = recordingOf('mkdir f', 'mkdir g', 'open 3 f/a', 'fdatasync 3')
    expect(imagesOf(recording, { kind: 'none', journal: own })).to.deep.equal(['f/= f/a='])
  })

  it('brings the old content back when the truncation is lost', () => {
    const recording = recordingOf('open 3 a', 'write 3 xy', 'fdatasync 3', 'open 4 a')
    expect(imagesOf(recording, { kind: 'none', journal })).to.deep.equal(['a=xy'])
    expect(imagesOf(recording, { kind: 'all', journal })).to.deep.equal(['a='])
  })

  it('cuts between any two changes, as late as it can', () => {
    const recording = recordingOf('open 3 a', 'getpid', 'write 3 xy', 'getpid', 'fdatasync 3')
    expect(boundariesOf(recording)).to.deep.equal([1, 3, 5])
    expect(imagesOf(recording, { kind: 'all', journal }, 1)).to.deep.equal(['a='])
  })

  it('refuses to guess what a call does that it does not know', () => {
    expect(() => recordingOf('open 3 a', 'link a b')).to.throw(/link\(.*does not know/)
  })
})

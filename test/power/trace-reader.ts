/** Reads what strace has written into the steps and marks of a `Recording`. A call that could change a file and is not modelled is an error. */
import { bytesOf, type Call, textOf } from '../support/trace.ts'
import type { DataStep, Mark, Recording, Step } from './disk.ts'

const STRING = /"((?:\\x[0-9a-f]{2})*)"/g

interface OpenFile {
  readonly inode: number
  readonly isAppending: boolean
  at: number
}

export interface Watched {
  readonly folder: string
  /** Where the program writes what it says of itself. */
  readonly marks: string
}

/** What was there when the first program began. */
interface Found {
  readonly watched: Watched
  readonly start: Recording['start']
  /** Those without a file too: their syncs count. */
  readonly folders: readonly string[]
}

const stringsIn = (args: string): Buffer[] => [...args.matchAll(STRING)].map(([, text]) => bytesOf(text!))

class TraceReader {
  readonly #watched: Watched
  readonly #inodes: Map<string, number>
  readonly #sizes = new Map<number, number>()
  readonly #folders = new Set<string>([''])
  readonly #open = new Map<number, OpenFile | 'folder' | 'marks'>()
  readonly #unended: { readonly call: Call; readonly begun: number }[] = []
  #lastInode: number
  readonly steps: Step[] = []
  readonly marks: Mark[] = []

  constructor({ watched, start, folders }: Found) {
    this.#watched = watched
    for (const folder of folders) this.#folders.add(folder)
    this.#inodes = new Map(start.map(([path], index) => [path, index + 1]))
    for (const [index, [path, content]] of start.entries()) {
      this.#sizes.set(index + 1, content.length)
      this.#addFolders(path)
    }
    this.#lastInode = start.length
  }

  #addFolders(path: string): void {
    for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1))
      this.#folders.add(path.slice(0, at))
  }

  /** Relative to what is watched; null of what is not. */
  #inside(path: string): string | null {
    const { folder } = this.#watched
    if (path === folder) return ''
    return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : null
  }

  /**
   * What the last process had begun when it was killed: the disk tells whether it happened. Also a file that the trace does not know of, because strace was killed before it had written
   * down who made it, is taken up as not durable.
   */
  reconcile(disk: ReadonlyMap<string, Buffer>, line: number): void {
    const time = { begun: line, ended: Number.POSITIVE_INFINITY }
    for (const { call, begun } of this.#unended.splice(0)) {
      const [from = null, to = null] = stringsIn(call.args).map((text) => this.#inside(text.toString()))
      if (from === null || this.#folders.has(from)) continue
      const isGone = !disk.has(from)
      const happened = call.name.startsWith('open') ? !isGone : isGone && (to === null || disk.has(to))
      if (happened) this.#changed(call, { ...time, begun })
    }
    for (const [path, content] of disk) {
      if (this.#inodes.has(path)) continue
      const inode = this.#create(path, time)
      this.#sizes.set(inode, content.length)
      this.steps.push({ kind: 'write', inode, offset: 0, bytes: content, ...time })
    }
  }

  /** One process after another, since a process's numbers of files are its own. */
  read(calls: readonly Call[], offset: number): void {
    this.#open.clear()
    const ends = calls.flatMap((call) => [
      { line: call.begun, call, isEnd: false },
      ...(call.ended === null ? [] : [{ line: call.ended, call, isEnd: true }]),
    ])
    // A call of one line begins before it ends: the sort keeps their order.
    ends.sort((one, other) => one.line - other.line)
    for (const { call, isEnd } of ends) this.#take(call, isEnd, offset)
  }

  #take(call: Call, isEnd: boolean, offset: number): void {
    const time = { begun: call.begun + offset, ended: (call.ended ?? Number.POSITIVE_INFINITY) + offset }
    const isUnending = call.ended === null || call.result === null
    const failed = call.result !== null && call.result < 0
    const { name } = call
    if (failed) return
    // A number is free before `close` returns, and taken when `open` has.
    if (name === 'close' && !isEnd) this.#open.delete(Number.parseInt(call.args, 10))
    // Bytes get their place in the file in the order in which writes begin; one that never ends counts as well.
    else if (name.includes('write') && !isEnd) this.#write(call, time)
    else if (isUnending && /open|creat|unlink|rename/.test(name)) {
      if (!isEnd) this.#unended.push({ call, begun: time.begun })
    } else if (isEnd && !isUnending) this.#changed(call, time)
  }

  #changed(call: Call, time: { begun: number; ended: number }): void {
    const { name } = call
    if (name.startsWith('open') || name === 'creat') this.#opened(call, time)
    else if (name === 'fsync' || name === 'fdatasync') this.#synced(call, time)
    else if (name !== 'close' && !name.includes('write')) this.#named(call, time)
  }

  #create(path: string, time: { begun: number; ended: number }): number {
    this.#lastInode += 1
    this.#inodes.set(path, this.#lastInode)
    this.#sizes.set(this.#lastInode, 0)
    this.steps.push({ kind: 'create', path, inode: this.#lastInode, ...time })
    return this.#lastInode
  }

  #opened(call: Call, time: { begun: number; ended: number }): void {
    const path = textOf(stringsIn(call.args)[0]?.toString() ?? '')
    const number = call.result
    if (path === this.#watched.marks && number !== null) this.#open.set(number, 'marks')
    const inside = this.#inside(path)
    if (inside === null) return
    if (this.#folders.has(inside)) {
      if (number !== null) this.#open.set(number, 'folder')
      return
    }
    let inode = this.#inodes.get(inside)
    if (inode === undefined) {
      if (!(call.args.includes('O_CREAT') || call.name === 'creat')) return
      inode = this.#create(inside, time)
    } else if (call.args.includes('O_TRUNC') && this.#sizes.get(inode)! > 0) {
      this.#sizes.set(inode, 0)
      this.steps.push({ kind: 'truncate', inode, size: 0, ...time })
    }
    if (number !== null) this.#open.set(number, { inode, isAppending: call.args.includes('O_APPEND'), at: 0 })
  }

  #write(call: Call, time: { begun: number; ended: number }): void {
    const file = this.#open.get(Number.parseInt(call.args, 10))
    if (file === undefined || file === 'folder') return
    const all = Buffer.concat(stringsIn(call.args))
    const bytes = call.result === null ? all : all.subarray(0, call.result)
    if (file === 'marks') {
      for (const text of bytes.toString().split('\n'))
        if (text !== '') this.marks.push({ at: time.begun, text })
      return
    }
    if (call.result !== null && bytes.length !== call.result)
      throw new Error(`${call.name} was recorded in part`)
    const { inode } = file
    const place = /, (\d+)$/.exec(call.args)?.[1]
    const isPlaced = call.name.startsWith('p')
    const offset = isPlaced ? Number(place) : file.isAppending ? this.#sizes.get(inode)! : file.at
    if (!isPlaced) file.at = offset + bytes.length
    this.#sizes.set(inode, Math.max(this.#sizes.get(inode)!, offset + bytes.length))
    this.steps.push({ kind: 'write', inode, offset, bytes, ...time } satisfies DataStep)
  }

  #synced(call: Call, time: { begun: number; ended: number }): void {
    const file = this.#open.get(Number.parseInt(call.args, 10))
    if (file === 'folder') {
      const path = this.#inside(call.file)
      if (path !== null) this.steps.push({ kind: 'sync-folder', path, ...time })
    } else if (file !== undefined && file !== 'marks')
      this.steps.push({ kind: 'sync', inode: file.inode, ...time })
  }

  #named(call: Call, time: { begun: number; ended: number }): void {
    const [path = null, to = null] = stringsIn(call.args).map((text) => this.#inside(text.toString()))
    const isOnFile = this.#inside(call.file) !== null
    const inode = path === null ? undefined : this.#inodes.get(path)
    if (call.name === 'mmap') {
      if (/PROT_WRITE.*MAP_SHARED/.test(call.args) && call.args.includes(`<${this.#watched.folder}`))
        this.#refuse(call)
    } else if (call.name.startsWith('mkdir') && path !== null) {
      this.#folders.add(path)
      this.steps.push({ kind: 'folder', path, ...time })
    } else if (call.name.startsWith('rename') && path !== null && to !== null && inode !== undefined) {
      this.#inodes.delete(path)
      this.#inodes.set(to, inode)
      this.steps.push({ kind: 'rename', path, to, inode, ...time })
    } else if (call.name.startsWith('unlink') && path !== null && inode !== undefined) {
      this.#inodes.delete(path)
      this.steps.push({ kind: 'unlink', path, inode, ...time })
    } else if (path !== null || to !== null || isOnFile) this.#refuse(call)
  }

  #refuse({ name, args }: Call): never {
    throw new Error(`${name}(${args.slice(0, 200)}) changes a file in a way that the model does not know`)
  }
}

/** Reads traces into steps and marks; for `record`, and for tests with traces made by hand. */
export const traceReader = ({ start = [], folders = [], watched }: Partial<Found> & Pick<Found, 'watched'>) =>
  new TraceReader({ watched, start, folders })

/** Everything that happened in a world, a line each: what a violation is explained by, and two runs of a seed are compared by. */
import { createHash } from 'node:crypto'
import type { VirtualTime } from './virtual-time.ts'

export class Trace {
  readonly #time: Pick<VirtualTime, 'nowMs'>
  readonly #print: (line: string) => void
  readonly lines: string[] = []

  /** @param print called with each line as it comes */
  constructor(time: Pick<VirtualTime, 'nowMs'>, print: (line: string) => void) {
    this.#time = time
    this.#print = print
  }

  say(text: string): void {
    const line = `${(this.#time.nowMs / 1000).toFixed(3).padStart(8)} ${text}`
    this.lines.push(line)
    this.#print(line)
  }

  hash(): string {
    return createHash('sha256').update(this.lines.join('\n')).digest('hex')
  }
}

/**
 * Hands out positions, ascending and never twice, also across crashes: the folder holds the end of the block that is in use, written together with the
 * block's first position; a start goes on behind that end.
 */
import { encode } from './codec.ts'
import type { Group } from './group.ts'
import { POSITION_KEY } from './keys.ts'

const BLOCK = 100_000

export class Positions {
  #last: number
  #endOfBlock: number

  /** @param endOfBlock as the folder holds it; 0 in a new one */
  constructor(endOfBlock: number) {
    this.#last = endOfBlock
    this.#endOfBlock = endOfBlock
  }

  get last(): number {
    return this.#last
  }

  next(group: Group): number {
    this.#last += 1
    if (this.#last > this.#endOfBlock) {
      this.#endOfBlock += BLOCK
      group.values.set(POSITION_KEY, encode(POSITION_KEY, this.#endOfBlock))
    }
    return this.#last
  }
}

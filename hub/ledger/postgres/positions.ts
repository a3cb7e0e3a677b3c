/**
 * Hands out positions from blocks that are reserved in the database, each block once in all its life: they ascend, and none is used twice, whatever becomes of the groups in which they are written. A group writes, with what it adds, from which position on
 * more may come (`caps.hubs.open_from`); below that nothing is added any more, and only so far queues are read [PQ5].
 */

/** Reserved at a time: a reservation is a statement of its own, and there should be thousands of groups to one. */
export const POSITIONS_BLOCK = 1_000_000

/** There are no more at hand; the work is to be decided anew when there are. */
export class OutOfPositions extends Error {}

export interface Block {
  readonly first: number
  readonly last: number
}

export class Positions {
  #next: number
  #blocks: Block[]
  readonly #size: number
  #wanted: number

  constructor(first: Block) {
    this.#blocks = [first]
    this.#next = first.first
    this.#size = first.last - first.first + 1
    this.#wanted = this.#size
  }

  /** The last that was handed out, or was never to be. */
  get last(): number {
    return this.#next - 1
  }

  /** @throws OutOfPositions */
  next(): number {
    const block = this.#blocks[0]
    if (block === undefined) throw new OutOfPositions()
    const position = this.#next
    this.#next += 1
    if (position === block.last) {
      this.#blocks.shift()
      this.#next = this.#blocks[0]?.first ?? this.#next
    }
    return position
  }

  get isLow(): boolean {
    const [block] = this.#blocks
    return this.#blocks.length < 2 && (block === undefined || block.last - this.#next < this.#size / 2)
  }

  /** How many to reserve next. */
  get wanted(): number {
    return this.#wanted
  }

  reserved(block: Block): void {
    if (this.#blocks.length === 0) this.#next = block.first
    this.#blocks.push(block)
  }

  /** One piece of work has used up all that there were: the next block is larger than those. */
  exhausted(): void {
    this.#wanted *= 2
  }
}

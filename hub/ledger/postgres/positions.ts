/**
 * Hands out positions from blocks that are reserved in the database, each block once in all its life: they ascend, and none is used twice, whatever becomes of the groups in which they are written. What is reserved and not yet used up stands in the database
 * (`caps.blocks`): below that nothing is added any more, and only so far queues are read [PQ5].
 *
 * A hub that is alone reserves so many that it hardly ever has to. While there are others, each holds them all back with what it has reserved: then it takes only about as many as it needs for a group or two, and gives back what is left when it has nothing to write.
 */

/** Reserved at a time by a hub that is alone: a reservation is a statement of its own, and there should be thousands of groups to one. */
export const POSITIONS_BLOCK = 1_000_000
const SMALLEST_BLOCK = 16

/** There are no more at hand; the work is to be decided anew when there are. */
export class OutOfPositions extends Error {}

export interface Block {
  readonly first: number
  readonly last: number
}

export class Positions {
  #next: number
  #blocks: Block[]
  /** The last that was ever reserved for this hub. */
  #end: number
  readonly #size: number
  #wanted: number
  #isShared = false
  #hasSkipped = false
  /** Since the last group was taken, and in the groups of late. */
  #used = 0
  #usual = 0

  constructor(first: Block) {
    this.#blocks = [first]
    this.#next = first.first
    this.#end = first.last
    this.#size = first.last - first.first + 1
    this.#wanted = this.#size
  }

  /** Are there other hubs? */
  share(isShared: boolean): void {
    if (isShared === this.#isShared) return
    this.#isShared = isShared
    this.#wanted = isShared ? SMALLEST_BLOCK : this.#size
  }

  /** The last that was handed out, or was never to be. */
  get last(): number {
    return this.#next - 1
  }

  /** The last that was reserved. */
  get end(): number {
    return this.#end
  }

  /** @throws OutOfPositions */
  next(): number {
    const block = this.#blocks[0]
    if (block === undefined) throw new OutOfPositions()
    const position = this.#next
    this.#next += 1
    this.#used += 1
    if (position === block.last) {
      this.#blocks.shift()
      this.#next = this.#blocks[0]?.first ?? this.#next
    }
    return position
  }

  /** What is handed out next lies there or behind. */
  skipTo(position: number): void {
    for (let block = this.#blocks[0]; block !== undefined && this.#next < position; block = this.#blocks[0]) {
      this.#hasSkipped = true
      if (block.last >= position) this.#next = position
      else {
        this.#blocks.shift()
        this.#next = this.#blocks[0]?.first ?? block.last + 1
      }
    }
  }

  /** Only of the newest block is nothing of another hub behind what is handed out next. */
  skipToNewest(): void {
    const newest = this.#blocks.at(-1)
    if (newest === undefined || this.#blocks.length === 1) return
    this.#blocks = [newest]
    this.#next = newest.first
  }

  /** A group was taken; the next one needs about as many. */
  groupTaken(): void {
    this.#usual = Math.max(this.#used, this.#usual / 2)
    this.#used = 0
    this.#hasSkipped = false
    if (this.#isShared) this.#wanted = Math.max(SMALLEST_BLOCK, Math.ceil(this.#usual * 2))
  }

  /** Gives back what was reserved and is not used. */
  giveBack(): void {
    this.#blocks = []
    this.#next = this.#end + 1
  }

  get isLow(): boolean {
    const [block] = this.#blocks
    if (this.#blocks.length >= 2) return false
    const left = block === undefined ? 0 : block.last - this.#next
    return this.#isShared ? this.#used > 0 && left < this.#wanted / 2 : left < this.#size / 2
  }

  /** Is something reserved that nobody has used? */
  get hasLeft(): boolean {
    return this.#blocks.length > 0
  }

  /** Are at least so many at hand? If not, so many are reserved next. */
  hasFor(count: number): boolean {
    const left = this.#blocks.reduce(
      (sum, { last, first }) => sum + last - Math.max(first, this.#next) + 1,
      0,
    )
    if (left < count) this.#wanted = Math.max(this.#wanted, count)
    return left >= count
  }

  /** How many to reserve next. */
  get wanted(): number {
    return this.#wanted
  }

  reserved(block: Block): void {
    if (this.#blocks.length === 0) this.#next = block.first
    this.#blocks.push(block)
    this.#end = block.last
  }

  /** What gathers is decided anew. If it has used up all that there were, the next block is larger than those. */
  exhausted(): void {
    if (this.#used > 0 && !this.#hasSkipped) this.#wanted = Math.max(this.#wanted, this.#used) * 2
    this.#used = 0
    this.#hasSkipped = false
  }
}

import type { Limits } from '../protocol.ts'
import { isHeldBack, type Owed } from './owed.ts'

/** Taken ones are cut off in blocks: a shift a piece would move all others each time. */
const LONGEST_TAKEN = 1024

/** Room for what stands around the payloads in a frame. */
const PAYLOAD_SHARE = 0.5

/** Events that may be sent, first in, first out. */
export class ReadyLine {
  #owed: Owed[] = []
  #taken = 0

  add(owed: Owed): void {
    this.#owed.push(owed)
  }

  addInFront(owed: readonly Owed[]): void {
    this.#owed = [...owed, ...this.#owed.slice(this.#taken)]
    this.#taken = 0
  }

  clear(): void {
    this.#owed = []
    this.#taken = 0
  }

  /** The events of the next frame, marked as sent; those held back by an earlier one of their order leave the line. */
  takeFrame({ batchLength, frameBytes }: Limits): readonly Owed[] {
    const frame: Owed[] = []
    let bytesLeft = frameBytes * PAYLOAD_SHARE
    for (let owed = this.#first; owed !== null; owed = this.#first) {
      if (frame.length > 0 && (frame.length >= batchLength || owed.bytes > bytesLeft || owed.isAlone)) break
      this.#removeFirst()
      if (isHeldBack(owed)) owed.state = 'held'
      else frame.push(markedSent(owed))
      if (owed.isAlone && frame.length > 0) break
      bytesLeft -= owed.bytes
    }
    return frame
  }

  get #first(): Owed | null {
    return this.#owed[this.#taken] ?? null
  }

  #removeFirst(): void {
    this.#taken += 1
    // As a rule all leave at once; kept, they would be most of an idle link's memory.
    if (this.#taken === this.#owed.length) return this.clear()
    if (this.#taken < LONGEST_TAKEN || this.#taken * 2 < this.#owed.length) return
    this.#owed = this.#owed.slice(this.#taken)
    this.#taken = 0
  }
}

const markedSent = (owed: Owed): Owed => {
  owed.wasBehind = owed.previous !== null
  owed.state = 'sent'
  return owed
}

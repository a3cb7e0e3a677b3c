/** What left last, over all connections: after a crash it tells what to look at. */

const KEPT = 64
const BYTES_TOLD = 1024

export interface Sent {
  readonly session: number
  readonly script: string
  readonly bytes: number
  /** The beginning of it. */
  readonly hex: string
}

interface Kept {
  readonly session: number
  readonly script: string
  readonly bytes: Buffer
}

export class LastSent {
  readonly #kept: Kept[] = []
  #next = 0

  note(session: number, script: string, bytes: Buffer): void {
    this.#kept[this.#next % KEPT] = { session, script, bytes }
    this.#next += 1
  }

  /** The newest last. */
  list(): Sent[] {
    const start = this.#next % KEPT
    const inOrder = [...this.#kept.slice(start), ...this.#kept.slice(0, start)]
    return inOrder.map(({ session, script, bytes }) => ({
      session,
      script,
      bytes: bytes.length,
      hex: bytes.toString('hex', 0, BYTES_TOLD),
    }))
  }
}

/**
 * Entries whose failed handover is on its way to the disk, and those of them that were acknowledged meanwhile. An answer that crosses its own timeout is not lost: it counts when
 * the failure is settled.
 */
export class LateAcknowledgements {
  /** Position to: has it been acknowledged? */
  readonly #failing = new Map<number, boolean>()

  begin(position: number): void {
    this.#failing.set(position, false)
  }

  /** @returns true if the acknowledgement is kept; false if it is for somebody else to judge, as a second one is */
  acknowledge(position: number | null): boolean {
    if (position === null || this.#failing.get(position) !== false) return false
    this.#failing.set(position, true)
    return true
  }

  /** The failure is settled. @returns was the entry acknowledged meanwhile? */
  end(position: number): boolean {
    const isAcknowledged = this.#failing.get(position) === true
    this.#failing.delete(position)
    return isAcknowledged
  }
}

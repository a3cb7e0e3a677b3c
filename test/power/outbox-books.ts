/**
 * What an outbox must hold after a cut. An item that was told `stored` is there until its owner lets it go; one that was let go may be back; one that has failed is
 * pending or failed, not both and not neither; progress is never ahead of an item that was added before it.
 */
import { isSameContent } from '../../shared/equality.ts'
import type { FailedEvent } from '../../shared/link/api.ts'
import type { OutboxItem } from '../../shared/outbox/api.ts'
import type { OutboxContent, Said } from './marks.ts'

interface Known {
  readonly item: OutboxItem
  isStored: boolean
  isReleased: boolean
  failed: FailedEvent | null
}

const isIn = (list: readonly unknown[], one: unknown): boolean =>
  list.some((other) => isSameContent(other, one))

export class OutboxBooks {
  readonly #known = new Map<number, Known>()
  /** Failed events that an earlier process has found: they stay. */
  #failedBefore: readonly FailedEvent[] = []
  /** Saved ones with the numbers that were added before; the first is durable. */
  #progress: { readonly value: number; readonly added: readonly number[] }[] = [{ value: 0, added: [] }]

  hear(said: Said): void {
    if (said.say === 'outbox found') this.#begin(said)
    else if (said.say === 'added')
      this.#known.set(said.item.number, { item: said.item, isStored: false, isReleased: false, failed: null })
    else if (said.say === 'stored') this.#known.get(said.number)!.isStored = true
    else if (said.say === 'released') this.#known.get(said.number)!.isReleased = true
    else if (said.say === 'failed') this.#known.get(said.number)!.failed = said.failed
    else if (said.say === 'progress')
      this.#progress.push({ value: said.progress, added: [...this.#known.keys()] })
  }

  #begin({ pending, failed, progress }: OutboxContent): void {
    this.#known.clear()
    for (const item of pending)
      this.#known.set(item.number, { item, isStored: true, isReleased: false, failed: null })
    this.#failedBefore = failed
    this.#progress = [{ value: progress, added: [] }]
  }

  get stored(): number {
    return [...this.#known.values()].filter(({ isStored, isReleased }) => isStored && !isReleased).length
  }

  faultsOf(found: OutboxContent): string[] {
    return [
      ...this.#inventedFaults(found),
      ...[...this.#known.values()].flatMap((known) => this.#itemFaults(known, found)),
      ...this.#failedBefore.flatMap((failed) =>
        isIn(found.failed, failed)
          ? []
          : [`the failed event ${JSON.stringify(failed).slice(0, 100)} is missing`],
      ),
      ...this.#progressFaults(found),
    ]
  }

  #inventedFaults({ pending, failed }: OutboxContent): string[] {
    const faults: string[] = []
    for (const [index, item] of pending.entries()) {
      if (!isSameContent(this.#known.get(item.number)?.item, item))
        faults.push(`item ${item.number} was never added as it is`)
      if (index > 0 && item.number <= pending[index - 1]!.number)
        faults.push(`item ${item.number} is out of order`)
    }
    const failures = [
      ...this.#failedBefore,
      ...[...this.#known.values()].flatMap((known) => known.failed ?? []),
    ]
    for (const event of failed)
      if (!isIn(failures, event)) faults.push(`${JSON.stringify(event).slice(0, 100)} has never failed`)
    return faults
  }

  #itemFaults({ item, isStored, isReleased, failed }: Known, found: OutboxContent): string[] {
    const isPending = found.pending.some(({ number }) => number === item.number)
    const hasFailed = failed !== null && isIn(found.failed, failed)
    if (isPending && hasFailed) return [`item ${item.number} is pending and failed`]
    return isStored && !isReleased && !isPending && !hasFailed
      ? [`the stored item ${item.number} is missing`]
      : []
  }

  #progressFaults({ pending, failed, progress }: OutboxContent): string[] {
    const saved = this.#progress.filter(({ value }) => value === progress)
    if (saved.length === 0)
      return [`the progress ${progress} was never saved, or is older than a durable one`]
    const isThere = (number: number): boolean => {
      const { item, isReleased, failed: failure } = this.#known.get(number)!
      return (
        isReleased ||
        (failure !== null && isIn(failed, failure)) ||
        pending.some((one) => one.number === item.number)
      )
    }
    return saved[0]!.added
      .filter((number) => !isThere(number))
      .map(
        (number) => `the progress ${progress} is there, and item ${number}, which was added before, is not`,
      )
  }
}

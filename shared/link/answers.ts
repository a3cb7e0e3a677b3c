/**
 * What is answered to the handovers of one connection: acknowledgements and rejections of a turn leave in one frame of each kind, at its end.
 * When the connection is gone so is what was not sent: the hub hands over again, and that handover is answered. What is asked about
 * orders goes *behind* the answers: before the hub has heard that a driver has taken an order, it would say that the driver does not hold it.
 */
import type { Clock } from '../clock.ts'
import type { Rejection } from '../messages.ts'
import type { HubSocket } from './hub-socket.ts'

/** Bounded by the bytes of a frame: an entry has up to 64 characters, a reason up to 500. */
const MOST_ENTRIES = 5_000
const MOST_REJECTIONS = 100

const framesOf = <T>(items: readonly T[], length: number): (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / length) }, (_, index) =>
    items.slice(index * length, (index + 1) * length),
  )

export class Answers {
  readonly #socket: HubSocket
  readonly #clock: Clock
  readonly #flushed: () => void
  #acknowledged: string[] = []
  #rejected: Rejection[] = []
  /** What is to be sent behind the answers to the hub's first handovers; null once those have come. */
  #behindFirst: (() => void)[] | null = []
  #isFlushDue = false
  #isOpen = true

  /** @param flushed called after the answers of a turn are sent */
  constructor(socket: HubSocket, clock: Clock, flushed: () => void) {
    this.#socket = socket
    this.#clock = clock
    this.#flushed = flushed
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  get isFlushed(): boolean {
    return !this.#isFlushDue
  }

  acknowledge(entry: string): void {
    this.#acknowledged.push(entry)
    this.flushAtEndOfTurn()
  }

  reject(entry: string, reason: string): void {
    this.#rejected.push({ entry, reason })
    this.flushAtEndOfTurn()
  }

  flushAtEndOfTurn(): void {
    if (this.#isFlushDue || !this.#isOpen) return
    this.#isFlushDue = true
    this.#clock.endOfTurn(() => this.#flush())
  }

  /** Resolves the question whether the hub has processed all that was sent before: it answers only then. */
  askBarrier(answered: (isProcessed: boolean) => void): void {
    this.#socket.emit('publish', [], (answer) => {
      if (this.#isOpen) answered(Array.isArray(answer))
    })
  }

  /**
   * Calls `send` when everything is answered that has come and whose handler has ended. Before the first time that is also what the hub hands over again right
   * behind its welcome; a barrier's answer comes after it. Never, when the connection is gone first.
   */
  behindAnswers(send: () => void): void {
    if (this.#behindFirst === null) return this.#sendBehind([send])
    this.#behindFirst.push(send)
    if (this.#behindFirst.length === 1) this.askBarrier(() => this.#firstHaveCome())
  }

  close(): void {
    this.#isOpen = false
  }

  #firstHaveCome(): void {
    const sends = this.#behindFirst ?? []
    this.#behindFirst = null
    this.#sendBehind(sends)
  }

  #sendBehind(sends: readonly (() => void)[]): void {
    this.#flush()
    for (const send of sends) send()
  }

  #flush(): void {
    if (!this.#isOpen) return
    for (const entries of framesOf(this.#acknowledged, MOST_ENTRIES))
      this.#socket.emit('acknowledge', entries)
    for (const rejections of framesOf(this.#rejected, MOST_REJECTIONS))
      this.#socket.emit('reject', rejections)
    this.#acknowledged = []
    this.#rejected = []
    this.#isFlushDue = false
    this.#flushed()
  }
}

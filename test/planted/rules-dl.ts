import { DELIVERY } from './parts.ts'
import type { Plant } from './plant.ts'

const delivery = (name: string) => ({ file: `hub/delivery/${name}.ts`, tests: DELIVERY }) as const

export const DL_PLANTS: readonly Plant[] = [
  {
    ...delivery('queue-reader'),
    rule: 'DL1',
    name: 'a queue is read from its very beginning',
    from: 'this.#cursor = queue.after',
    to: 'this.#cursor = 0',
  },
  {
    ...delivery('window'),
    rule: 'DL2',
    name: 'the third entry of an order leaves with the second',
    from: "next: lane.slots[0] === slot ? 'fly' : 'hold'",
    to: "next: lane.slots[0] === slot || lane.slots.length > 2 ? 'fly' : 'hold'",
  },
  {
    ...delivery('window'),
    rule: 'DL3',
    name: 'the bytes of a window are exceeded by one entry',
    from: 'taken.bytes + bytes <= this.#limits.bytes',
    to: 'taken.bytes < this.#limits.bytes',
  },
  {
    ...delivery('window'),
    rule: 'DL4',
    name: 'an acknowledged entry that waited for its next handover is handed over again',
    from: `this.#waiting.delete(slot.entry.position)
    this.#leaveQueue`,
    to: `this.#waiting.has(slot.entry.position)
    this.#leaveQueue`,
  },
  {
    ...delivery('queue-steps'),
    rule: 'DL5',
    name: 'the delay does not grow',
    from: 'nowMs + retryDelayMs(failures.length, options)',
    to: 'nowMs + retryDelayMs(1, options)',
  },
  {
    ...delivery('window'),
    rule: 'DL6',
    name: 'the count of failures begins anew at a reconnect',
    from: "const slot = this.#add(entry, 'retry', failures)",
    to: "const slot = this.#add(entry, 'retry', failures.slice(0, 1))",
  },
  {
    ...delivery('queue-steps'),
    rule: 'DL7',
    name: 'a dead letter at the limit plus one',
    from: 'failures.length >= options.deliveryLimit',
    to: 'failures.length > options.deliveryLimit',
  },
  {
    ...delivery('window'),
    rule: 'DL8',
    name: 'what comes behind a retry keeps the queue from going on',
    from: "if (lane.isParked) return { slot, next: 'park' }",
    to: "if (lane.isParked) return { slot, next: 'hold' }",
  },
  {
    ...delivery('queue-delivery'),
    rule: 'DL9',
    name: 'the bound of retries is not kept',
    from: 'this.#window.retries >= this.#parts.options.retryBound',
    to: 'this.#window.retries > this.#parts.options.retryBound',
  },
  {
    ...delivery('attached-queue'),
    rule: 'DL10',
    name: 'a displaced connection still acknowledges',
    from: `this.#delivery = null
    this.#parts.detached(this)`,
    to: 'this.#parts.detached(this)',
  },
  {
    ...delivery('queue-reader'),
    rule: 'DL11',
    name: 'what is appended during the last read is missed',
    from: 'this.#hasMissed = true',
    to: 'this.#hasMissed = entries.length === 0',
  },
  {
    ...delivery('retry-pages'),
    rule: 'DL12',
    name: 'only the first page of retries is read',
    from: 'if (page.length < PAGE) return',
    to: 'if (page.length <= PAGE) return',
  },
  {
    ...delivery('queue-steps'),
    rule: 'DL13',
    name: 'a failed handover is not noted',
    from: 'note(transaction, id, slot, { what, reason })',
    to: 'void [what, reason]',
  },
]

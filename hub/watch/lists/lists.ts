/** All lists and actions, put together for whoever shows them. */
import type { ParticipantId } from '../../../shared/ids.ts'
import type { DeadLetterDesk, Lists, ListsLedger, LiveQueues, Pausing } from '../ports.ts'
import { Actions } from './actions.ts'
import { EntryLists } from './entries.ts'
import { OrderLists } from './orders.ts'
import { OwedParticipants } from './owed.ts'
import { QueueRows } from './queue-rows.ts'
import { QueueLists } from './queues.ts'

export interface ListsParts {
  readonly ledger: ListsLedger
  readonly live: LiveQueues
  readonly letters: DeadLetterDesk
  readonly pausing: Pausing
  /** Dead letters in a step of all. Default: 5,000. */
  readonly lettersPerStep?: number | undefined
  now(): number
  endOfTurn(run: () => void): void
}

export const createLists = (parts: ListsParts): Lists => {
  const now = () => parts.now()
  const owed = new OwedParticipants(parts.ledger, now)
  const rows = new QueueRows(parts)
  const orders = new OrderLists(parts.ledger, now)
  const queues = new QueueLists({ ...parts, owed, rows, now, endOfTurn: (run) => parts.endOfTurn(run) })
  const entries = new EntryLists({ ...parts, owed })
  const actions = new Actions({ ...parts, owed })
  return {
    orders: (filter, after) => orders.orders(filter, after),
    order: (store, orderId) => orders.order(store, orderId),
    queues: (asked) => queues.queues(asked),
    async queue(participant, place, after) {
      const record = await rows.recordOf(participant as ParticipantId)
      if (record === null) return null
      const [[queue], list] = await Promise.all([
        rows.ofRecords([record]),
        entries.ofPlace(record, place, after),
      ])
      return { queue: queue!, list }
    },
    deadLetters: ({ participant, after }) =>
      entries.deadLetters((participant as ParticipantId | undefined) ?? null, after),
    queueRows: (participants) => rows.of(participants),
    openOrders: (limit) => orders.openOrders(limit),
    act: (action) => actions.act(action),
  }
}

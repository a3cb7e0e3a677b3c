/** A whole ledger as the contract suite asks it. */
import type { Ledger } from '../../../hub/ledger/ledger.ts'
import type { ContractLedger } from './ledger-contract.ts'

export const contractLedger = (ledger: Ledger): ContractLedger => ({
  submit: (work) => ledger.submit(work),
  onDecided: (listener) => ledger.onDecided(listener),
  onCommitted: (listener) => ledger.onCommitted(listener),
  onFault: (listener) => ledger.onFault(listener),
  close: () => ledger.close(),
  entries: (participant, from) => ledger.reads.entries(participant, from),
  retries: (participant, from) => ledger.reads.retries(participant, from),
  heldOrders: () => ledger.reads.heldOrders(),
  participants: (after, limit) => ledger.reads.participants(after, limit),
  ordersEndedBefore: (timeMs, limit) => ledger.reads.ordersEndedBefore(timeMs, limit),
  deadLettersOf: (participant, from) => ledger.reads.deadLettersOf(participant, from),
  closedEntries: (place, participant, range) => ledger.reads.closedEntries(place, participant, range),
  ordersByTime: (range) => ledger.reads.ordersByTime(range),
  ordersNamed: (range) => ledger.reads.ordersNamed(range),
  ordersHeldBy: (range) => ledger.reads.ordersHeldBy(range),
  orderRecords: (orders) => ledger.reads.orderRecords(orders),
  participantsFrom: (range) => ledger.reads.participantsFrom(range),
  participantRecord: (id) => ledger.reads.participantRecord(id),
  entriesIn: (place, participant, range) => ledger.reads.entriesIn(place, participant, range),
  revocations: (after, limit) => ledger.reads.revocations(after, limit),
  notes: (kind, after, limit) => ledger.reads.notes(kind, after, limit),
  countDelivered: (range) => ledger.reads.countDelivered(range),
  scrub: (record) => ledger.scrub(record),
})

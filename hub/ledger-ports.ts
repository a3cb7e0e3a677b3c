/** What each part of the hub sees of the ledger, and the two pieces of work that the hub itself gives it. */
import { FLEET } from '../shared/ids.ts'
import type { RevocationLedger } from './access/ports.ts'
import type { PauseLedger } from './delivery/kept-pauses.ts'
import type { DeliveryLedger } from './delivery/ports.ts'
import { newParticipant, type ParticipantRecord } from './domain/participant.ts'
import type { Hubs } from './ledger/hubs.ts'
import type { Ledger, LedgerTransaction } from './ledger/ledger.ts'
import type { UpkeepLedger } from './upkeep/ports.ts'
import type { AuditLedger } from './watch/audit.ts'

export const revocationLedger = (ledger: Ledger): RevocationLedger<LedgerTransaction> => ({
  submit: (work) => ledger.submit(work),
  revocations: (after, limit) => ledger.reads.revocations(after, limit),
})

export const noteLedger = (ledger: Ledger): AuditLedger & PauseLedger => ({
  submit: (work) => ledger.submit(work),
  notes: (kind, after, limit) => ledger.reads.notes(kind, after, limit),
})

/** Resolves when everything submitted before is durable. */
export const flushed = (ledger: Ledger): Promise<void> =>
  new Promise((settled) => ledger.submit({ decide: () => {}, settled }))

/** The fleet's own row, made when the data is new. */
export const enterFleet = (ledger: Ledger): Promise<ParticipantRecord> =>
  new Promise((resolve) => {
    let fleet = newParticipant(FLEET, 0)
    ledger.submit({
      participants: [FLEET],
      decide: (transaction) => {
        const known = transaction.participant(FLEET)
        if (known === undefined) transaction.putParticipant(fleet)
        else fleet = known
      },
      settled: () => resolve(fleet),
    })
  })

/** @param hubs others on the same ledger; null if there can be none */
export const deliveryLedger = (ledger: Ledger, hubs: Hubs | null): DeliveryLedger => ({
  submit: (work) => ledger.submit(work),
  onDecided: (listener) => ledger.onDecided(listener),
  onCommitted: (listener) => ledger.onCommitted(listener),
  entries: (participant, from) => ledger.reads.entries(participant, from),
  retries: (participant, from) => ledger.reads.retries(participant, from),
  heldOrders: () => (hubs === null ? ledger.reads.heldOrders() : hubs.heldOrders()),
})

export const upkeepLedger = (ledger: Ledger): UpkeepLedger => ({
  submit: (work) => ledger.submit(work),
  participants: (after, limit) => ledger.reads.participants(after, limit),
  ordersEndedBefore: (timeMs, limit) => ledger.reads.ordersEndedBefore(timeMs, limit),
  deadLettersOf: (participant, from) => ledger.reads.deadLettersOf(participant, from),
  closedEntries: (place, participant, range) => ledger.reads.closedEntries(place, participant, range),
  scrub: (record) => ledger.scrub(record),
})

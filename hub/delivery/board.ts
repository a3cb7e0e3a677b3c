/**
 * The fleet's live state, mirrored from the orders' records: which pickups have come back and wait for another driver, which are leased, assigned or on board, and since
 * when. It is never written to for its own sake: whatever becomes durable is applied to it, at the start and ever after, so it cannot part from the ledger.
 */
import type { OrderKey } from '../../shared/ids.ts'
import { holderOf, keyOf, type OrderRecord } from '../domain/order-record.ts'
import { bytesOf } from './entry-bytes.ts'
import { Fleet } from './fleet.ts'

type Phase = 'returned' | 'leased' | 'assigned' | 'in-transit'

interface Tracked {
  readonly record: OrderRecord
  readonly phase: Phase
  readonly holder: string | null
}

const phaseOf = (record: OrderRecord): Phase | null => {
  if (record.endedMs !== null) return null
  if (record.state === 'assigned' || record.state === 'in-transit') return record.state
  if (record.dispatch.place === 'leased') return 'leased'
  return record.dispatch.place === 'retry' ? 'returned' : null
}

export class Board {
  readonly fleet = new Fleet()
  readonly #tracked = new Map<OrderKey, Tracked>()
  readonly #counts: Record<Phase, number> = { returned: 0, leased: 0, assigned: 0, 'in-transit': 0 }
  readonly #returned = new Map<OrderKey, OrderRecord>()
  /** When a handed lease is overdue, earliest first. A lease that is not handed over (its driver is away) has no deadline here. */
  readonly #leaseDeadlines = new Map<OrderKey, number>()
  readonly #assignmentDeadlines = new Map<OrderKey, number>()
  /** Leased pickups by their lease's token, by which their driver names them. */
  readonly #leases = new Map<string, OrderKey>()

  /**
   * An order as it is now. @param assignmentOverdueMs when it is overdue if it is newly assigned
   * @returns true if it is newly leased, and so must be handed to its driver
   */
  apply(record: OrderRecord, assignmentOverdueMs: number): boolean {
    const key = keyOf(record)
    const before = this.#tracked.get(key)
    const phase = phaseOf(record)
    if (before === undefined && phase === null) return false
    const isSame = before?.phase === phase && before?.holder === holderOf(record)
    if (!isSame) this.#leavePhase(key, before)
    if (phase === null) this.#tracked.delete(key)
    else this.#tracked.set(key, { record, phase, holder: holderOf(record) })
    if (phase === 'returned') this.#returned.set(key, record)
    if (isSame || phase === null) return false
    return this.#enterPhase(key, record, { phase, assignmentOverdueMs })
  }

  #leavePhase(key: OrderKey, before: Tracked | undefined): void {
    if (before === undefined) return
    const { phase, record } = before
    this.#counts[phase] -= 1
    if (phase === 'returned') this.#returned.delete(key)
    else if (phase === 'assigned') this.#assignmentDeadlines.delete(key)
    else if (phase === 'leased') {
      this.#leaseDeadlines.delete(key)
      this.#leases.delete(record.dispatch.lease!.token)
    }
    if (before.holder !== null) this.fleet.letGo(before.holder, key)
  }

  #enterPhase(
    key: OrderKey,
    record: OrderRecord,
    now: { phase: Phase; assignmentOverdueMs: number },
  ): boolean {
    const holder = holderOf(record)
    this.#counts[now.phase] += 1
    if (holder !== null) this.fleet.hold(holder, key, now.phase === 'leased' ? bytesOf(record.order) : null)
    if (now.phase === 'assigned') this.#assignmentDeadlines.set(key, now.assignmentOverdueMs)
    if (now.phase !== 'leased') return false
    this.#leases.set(record.dispatch.lease!.token, key)
    return true
  }

  /** A lease that was about to be did not come about: its driver has room again, unless it holds the order for another reason. */
  unreserve(driver: string, key: OrderKey): void {
    if (this.isReserved(driver, key)) this.fleet.letGo(driver, key)
  }

  /** Is an order that the driver holds about to become its own, and not durably so yet? */
  isReserved(driver: string, key: OrderKey): boolean {
    return this.#tracked.get(key)?.holder !== driver
  }

  /** A lease has been handed to its driver and is overdue then. */
  handed(key: OrderKey, overdueMs: number): void {
    this.#leaseDeadlines.delete(key)
    this.#leaseDeadlines.set(key, overdueMs)
  }

  /** The driver is away: its leases cannot be overdue, only its grace can end. */
  suspend(driver: string): void {
    for (const key of this.fleet.heldBy(driver)) this.#leaseDeadlines.delete(key)
  }

  /** The pickup that `driver` holds by a lease, by the lease's token. */
  leased(driver: string, token: string): OrderRecord | undefined {
    const tracked = this.#tracked.get(this.#leases.get(token) as OrderKey)
    return tracked?.phase === 'leased' && tracked.holder === driver ? tracked.record : undefined
  }

  leasesOf(driver: string): OrderRecord[] {
    return this.fleet.heldBy(driver).flatMap((key) => {
      const tracked = this.#tracked.get(key)
      return tracked?.phase === 'leased' ? [tracked.record] : []
    })
  }

  /** Pickups that have come back from a driver, in the order of their turn. */
  returned(): OrderRecord[] {
    return [...this.#returned.values()].sort((one, other) => one.dispatch.position - other.dispatch.position)
  }

  /** Orders by where they are. */
  get counts(): Readonly<Record<Phase, number>> {
    return this.#counts
  }

  /** What a driver has taken and not delivered. */
  parcelsOf(driver: string): OrderRecord[] {
    return this.fleet.heldBy(driver).flatMap((key) => {
      const tracked = this.#tracked.get(key)
      return tracked?.phase === 'assigned' || tracked?.phase === 'in-transit' ? [tracked.record] : []
    })
  }

  get leasedCount(): number {
    return this.#leases.size
  }

  get returnedCount(): number {
    return this.#returned.size
  }

  overdueLeases(nowMs: number): OrderRecord[] {
    return this.#overdue(this.#leaseDeadlines, nowMs)
  }

  overdueAssignments(nowMs: number): OrderRecord[] {
    return this.#overdue(this.#assignmentDeadlines, nowMs)
  }

  #overdue(deadlines: Map<OrderKey, number>, nowMs: number): OrderRecord[] {
    const late: OrderRecord[] = []
    for (const [key, deadlineMs] of deadlines) {
      if (deadlineMs > nowMs) break
      late.push(this.#tracked.get(key)!.record)
    }
    return late
  }
}

/**
 * The fleet's live state, mirrored from the orders' records: which pickups have come back and wait for another driver, which are leased, assigned or on board, and since
 * when. It is never written to for its own sake: whatever becomes durable is applied to it, at the start and ever after, so it cannot part from the ledger.
 */
import type { OrderKey } from '../../shared/ids.ts'
import { holderOf, keyOf, type OrderRecord } from '../domain/order-record.ts'
import { Chain, type Link } from './chain.ts'
import { bytesOf } from './entry-bytes.ts'
import { Fleet } from './fleet.ts'

type Phase = 'returned' | 'leased' | 'assigned' | 'in-transit'

interface Tracked {
  record: OrderRecord
  readonly phase: Phase
  readonly holder: string | null
  /** Its place among those that may become overdue, and when it does, in milliseconds since 1970; null if it cannot. */
  deadline: Link<Deadline> | null
}

interface Deadline {
  readonly tracked: Tracked
  readonly atMs: number
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
  /** When handed leases are overdue, earliest first. A lease that is not handed over (its driver is away) has no deadline here. */
  readonly #leaseDeadlines = new Chain<Deadline>()
  readonly #assignmentDeadlines = new Chain<Deadline>()
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
    if (phase === 'returned') this.#returned.set(key, record)
    if (before !== undefined && before.phase === phase && before.holder === holderOf(record)) {
      before.record = record
      return false
    }
    if (before !== undefined) this.#leavePhase(key, before, { phase, holder: holderOf(record) })
    if (phase === null) this.#tracked.delete(key)
    return phase !== null && this.#enterPhase(record, phase, assignmentOverdueMs)
  }

  isTracked(key: OrderKey): boolean {
    return this.#tracked.has(key)
  }

  /** Another hub looks after the order from now on. */
  untrack(key: OrderKey): void {
    const before = this.#tracked.get(key)
    if (before === undefined) return
    this.#leavePhase(key, before, { phase: null, holder: null })
    this.#tracked.delete(key)
  }

  #leavePhase(key: OrderKey, before: Tracked, next: { phase: Phase | null; holder: string | null }): void {
    const { phase, record, holder } = before
    this.#counts[phase] -= 1
    this.#forgetDeadline(before)
    if (phase === 'returned' && next.phase !== 'returned') this.#returned.delete(key)
    else if (phase === 'leased') this.#leases.delete(record.dispatch.lease!.token)
    if (holder !== null && holder !== next.holder) this.fleet.letGo(holder, key)
  }

  #enterPhase(record: OrderRecord, phase: Phase, assignmentOverdueMs: number): boolean {
    const key = keyOf(record)
    const holder = holderOf(record)
    const tracked: Tracked = { record, phase, holder, deadline: null }
    this.#tracked.set(key, tracked)
    this.#counts[phase] += 1
    if (holder !== null) this.fleet.hold(holder, key, phase === 'leased' ? bytesOf(record.order) : null)
    if (phase === 'assigned')
      tracked.deadline = this.#assignmentDeadlines.add({ tracked, atMs: assignmentOverdueMs })
    if (phase !== 'leased') return false
    this.#leases.set(record.dispatch.lease!.token, key)
    return true
  }

  #forgetDeadline(tracked: Tracked): void {
    const { deadline, phase } = tracked
    if (deadline === null) return
    const deadlines = phase === 'assigned' ? this.#assignmentDeadlines : this.#leaseDeadlines
    deadlines.remove(deadline)
    tracked.deadline = null
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
    const tracked = this.#tracked.get(key)
    if (tracked?.phase !== 'leased') return
    this.#forgetDeadline(tracked)
    tracked.deadline = this.#leaseDeadlines.add({ tracked, atMs: overdueMs })
  }

  /** The driver is away: its leases cannot be overdue, only its grace can end. */
  suspend(driver: string): void {
    for (const key of this.fleet.heldBy(driver)) {
      const tracked = this.#tracked.get(key)
      if (tracked?.phase === 'leased') this.#forgetDeadline(tracked)
    }
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

  #overdue(deadlines: Chain<Deadline>, nowMs: number): OrderRecord[] {
    const late: OrderRecord[] = []
    for (const { tracked, atMs } of deadlines) {
      if (atMs > nowMs) break
      late.push(tracked.record)
    }
    return late
  }
}

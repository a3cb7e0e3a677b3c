/**
 * What a ledger must hold after a cut, by what its process had said until then. All that was settled is there, whole, and of what was decided later the oldest part: the rows are exactly
 * those after some piece of work from the last settled one on.
 */
import type { OrderRecord } from '../../hub/domain/order-record.ts'
import { holderOf, keyOf } from '../../hub/domain/order-record.ts'
import type { ParticipantRecord } from '../../hub/domain/participant.ts'
import { acceptedKey, endedKey, heldKey, orderRowKey } from '../../hub/ledger/level/keys.ts'
import type { OrderKey } from '../../shared/ids.ts'
import type { LedgerRows } from './ledger-rows.ts'
import type { RowChanges, Said } from './marks.ts'

interface Confirmed {
  readonly id: string
  readonly order: string
}

const recordsBelow = <T>(rows: LedgerRows['compared'], prefix: string): T[] =>
  Object.entries(rows)
    .filter(([key]) => key.startsWith(prefix))
    .map(([, text]) => JSON.parse(text) as T)

const countBelow = (keys: readonly string[], prefix: string): number =>
  keys.filter((key) => key.startsWith(prefix)).length

/** What the rows say of each other. No queue of these workloads is ever closed. */
const accountFaults = ({ compared, indexes }: LedgerRows): string[] => {
  const faults: string[] = []
  const keys = Object.keys(compared)
  for (const { id, queued, retrying, dead } of recordsBelow<ParticipantRecord>(compared, 'p/')) {
    const found = ['q', 'r', 'x'].map((place) => countBelow(keys, `${place}/${id}/`))
    if (String([queued, retrying, dead]) !== String(found))
      faults.push(`${id} counts ${queued},${retrying},${dead} entries and has ${found}`)
  }
  const orders = recordsBelow<OrderRecord>(compared, 'o/')
  const owed = new Map<string, number>()
  for (const key of keys.filter((one) => /^[qrx]\//.test(one))) {
    const { payload } = JSON.parse(compared[key]!) as { payload: { store: string; orderId: string } }
    const order = `${payload.store}/${payload.orderId}`
    owed.set(order, (owed.get(order) ?? 0) + 1)
  }
  for (const record of orders) {
    const found = (owed.get(keyOf(record)) ?? 0) + (record.dispatch.place === 'leased' ? 1 : 0)
    if (record.owed !== found) faults.push(`${keyOf(record)} counts ${record.owed} entries and has ${found}`)
  }
  const expected = orders.flatMap((record) => indexesOf(record)).sort()
  if (String(expected) !== String([...indexes].sort()))
    faults.push(`the indexes are ${indexes}, not ${expected}`)
  return faults
}

const indexesOf = (record: OrderRecord): string[] => {
  const holder = holderOf(record)
  return [
    ...(holder === null ? [] : [heldKey(holder, keyOf(record))]),
    ...(record.endedMs === null ? [] : [endedKey(record.endedMs, keyOf(record))]),
    acceptedKey(record.time, keyOf(record)),
  ]
}

const positionsIn = (rows: RowChanges): number[] =>
  Object.keys(rows).flatMap((key) =>
    /^[qrx]\//.test(key) ? [Number.parseInt(key.slice(key.lastIndexOf('/') + 1), 36)] : [],
  )

export class LedgerBooks {
  #settledRows = new Map<string, string>()
  /** Decided and not settled, oldest first. */
  #hanging: { readonly work: number; readonly rows: RowChanges }[] = []
  readonly #confirmed: Confirmed[] = []
  /** The greatest that anybody can have seen. */
  #position = 0

  hear(said: Said): void {
    if (said.say === 'hub found') {
      this.#settledRows = new Map(Object.entries(said.rows))
      this.#hanging = []
      this.#position = Math.max(this.#position, ...positionsIn(said.rows))
    } else if (said.say === 'decided') this.#hanging.push(said)
    else if (said.say === 'settled') this.#settle(said.work)
    else if (said.say === 'confirmed') this.#confirmed.push({ id: said.id, order: said.order })
  }

  #settle(work: number): void {
    while ((this.#hanging[0]?.work ?? Number.POSITIVE_INFINITY) <= work) {
      const { rows } = this.#hanging.shift()!
      this.#position = Math.max(this.#position, ...positionsIn(rows))
      for (const [key, row] of Object.entries(rows)) {
        if (row === null) this.#settledRows.delete(key)
        else this.#settledRows.set(key, row)
      }
    }
  }

  get confirmed(): number {
    return this.#confirmed.length
  }

  /** What is wrong with the rows that were found, a line each. @param lastPosition behind which new ones are handed out */
  faultsOf(found: LedgerRows, lastPosition: number): string[] {
    return [
      ...this.#confirmedFaults(found),
      ...this.#rowFaults(found),
      ...accountFaults(found),
      ...(lastPosition < this.#position
        ? [`positions go on behind ${lastPosition}, and ${this.#position} was handed out before`]
        : []),
    ]
  }

  #confirmedFaults({ compared }: LedgerRows): string[] {
    return this.#confirmed.flatMap(({ id, order }) => {
      const text = compared[orderRowKey(order as OrderKey)]
      return text?.includes(JSON.stringify(id)) === true
        ? []
        : [`${order}: the confirmed event ${id} is missing`]
    })
  }

  #rowFaults({ compared }: LedgerRows): string[] {
    const differing = new Map<string, string | null>()
    for (const [key, row] of this.#settledRows)
      if (compared[key] !== row) differing.set(key, compared[key] ?? null)
    for (const [key, row] of Object.entries(compared))
      if (!this.#settledRows.has(key)) differing.set(key, row)
    const settledDiffering = [...differing.keys()]
    // What hangs may be there, oldest first: each piece of work moves the expected rows on.
    const moved = new Map<string, string | null>()
    const isSame = (key: string): boolean => (compared[key] ?? null) === moved.get(key)
    for (let kept = 0; differing.size > 0 && kept < this.#hanging.length; kept += 1)
      for (const [key, row] of Object.entries(this.#hanging[kept]!.rows)) {
        moved.set(key, row)
        if (isSame(key)) differing.delete(key)
        else differing.set(key, compared[key] ?? null)
      }
    return differing.size === 0
      ? []
      : [
          `the rows are not those after any work from the last settled on (${this.#hanging.length} hang): ${settledDiffering.slice(0, 6)}`,
        ]
  }
}

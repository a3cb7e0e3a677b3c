/**
 * Drivers with parcels of which nothing is heard: those that are away, and those that are connected and have told neither a position nor anything of a parcel for a minute. Connected ones are looked at some at a time, all of
 * them in turn, and only while somebody watches.
 */
import { driverId } from '../../../shared/ids.ts'
import type { Trouble } from '../../../shared/watch.ts'
import { newestMsOf } from '../../domain/history.ts'
import type { OrderRecord } from '../../domain/order-record.ts'

const SILENT_MS = 60_000
const LOOKED_AT = 500
const MOST = 1000

export interface SilentDriversParts {
  drivers(): IterableIterator<string>
  loadOf(driver: string): number
  parcelsOf(driver: string): readonly OrderRecord[]
  /** null if it is not connected. */
  connectedMs(driver: string): number | null
  /** Of its newest position; null if it has told none. */
  positionMs(driver: string): number | null
  awayDrivers(): Iterable<[driver: string, sinceMs: number]>
}

export class SilentDrivers {
  readonly #parts: SilentDriversParts
  readonly #silent = new Set<string>()
  #next: IterableIterator<string> | null = null

  constructor(parts: SilentDriversParts) {
    this.#parts = parts
  }

  /** To be called every now and then while somebody watches. */
  look(nowMs: number): void {
    for (let looked = 0; looked < LOOKED_AT; looked += 1) {
      this.#next ??= this.#parts.drivers()
      const { value: driver, done } = this.#next.next()
      if (done) {
        this.#next = null
        return
      }
      if (this.#silentSince(driver, nowMs) === null) this.#silent.delete(driver)
      else if (this.#silent.size < MOST) this.#silent.add(driver)
    }
  }

  /** Since when a connected driver with parcels is silent; null if it is not. */
  #silentSince(driver: string, nowMs: number): number | null {
    const { loadOf, parcelsOf, connectedMs, positionMs } = this.#parts
    const heardMs = Math.max(connectedMs(driver) ?? nowMs, positionMs(driver) ?? 0)
    if (nowMs - heardMs <= SILENT_MS || loadOf(driver) === 0) return null
    const parcels = parcelsOf(driver)
    if (parcels.length === 0) return null
    const sinceMs = parcels.reduce(
      (newest, { history }) => Math.max(newest, newestMsOf(history) ?? 0),
      heardMs,
    )
    return nowMs - sinceMs > SILENT_MS ? sinceMs : null
  }

  *troubles(nowMs: number): IterableIterator<Trouble> {
    for (const [driver, sinceMs] of this.#parts.awayDrivers()) {
      const count = this.#parts.parcelsOf(driver).length
      if (count > 0) yield { kind: 'silent-driver', participant: driverId(driver), count, sinceMs }
    }
    for (const driver of this.#silent) {
      const sinceMs = this.#silentSince(driver, nowMs)
      if (sinceMs === null) this.#silent.delete(driver)
      else {
        const count = this.#parts.parcelsOf(driver).length
        yield { kind: 'silent-driver', participant: driverId(driver), count, sinceMs }
      }
    }
  }
}

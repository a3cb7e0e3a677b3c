/**
 * What a program tells the launcher of the simulation about its work: over the IPC channel that it was started with, whenever the launcher sends
 * `report`, and at its end. One that a person started again in a running simulation has no such channel; vendors, on whom a counted run waits, leave
 * their report in a file as well.
 */
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Fault } from './fault.ts'

export interface HubReport {
  readonly actor: 'hub'
  /** Events accepted, repeats not included. */
  readonly accepted: number
  readonly repeats: number
  readonly refused: number
  readonly handovers: number
  /** Handovers of entries that had been handed over before. */
  readonly redelivered: number
  readonly acknowledged: number
  /** Entries in all queues that are not yet acknowledged, pickups that wait or are leased included. */
  readonly owed: number
  readonly deadLetters: number
  /** Pickups that wait for a driver. */
  readonly waiting: number
}

export interface VendorReport {
  readonly actor: 'vendor'
  readonly participant: string
  /** Of the run. */
  readonly seed: string
  /** Orders of this run, those of earlier processes included; so are `thanked` and `failed`. */
  readonly created: number
  readonly thanked: number
  /** Refused by the hub for good. */
  readonly failed: number
  /** Of this process's life, as is all below. */
  readonly confirmed: number
  readonly handled: number
  readonly repeatsDropped: number
  readonly redelivered: number
  /** From making an order to thanking for it, in milliseconds; the newest ones. */
  readonly latenciesMs: readonly number[]
}

/** All of this process's life. */
export interface DriverReport {
  readonly actor: 'driver'
  readonly participant: string
  readonly pickedUp: number
  readonly delivered: number
  /** Parcels given up because the hub refused their events for good. */
  readonly dropped: number
  readonly carrying: number
  readonly handled: number
  readonly repeatsDropped: number
  readonly redelivered: number
}

export type RunReport = HubReport | VendorReport | DriverReport

/** The message on the channel. */
export interface ReportMessage {
  readonly report: RunReport
}

const send = (report: RunReport): Promise<void> =>
  new Promise((resolve) => {
    if (process.send === undefined || !process.connected) return resolve()
    // Fails only if the parent has just gone: then there is nobody to tell.
    process.send({ report } satisfies ReportMessage, () => resolve())
  })

/** null: it cannot be made any more, which is told elsewhere. */
const reportOrNothing = async (current: () => RunReport | Promise<RunReport>): Promise<RunReport | null> => {
  try {
    return await current()
  } catch (thrown) {
    if (thrown instanceof Fault) return null
    throw thrown
  }
}

/**
 * Answers the launcher's `report` from now on. A hub whose ledger has failed meanwhile does not answer: it is about to end with the fault.
 * @param current the report as it is at the time of the call
 * @returns sends the report unasked; resolves when it has left
 */
export const reportToLauncher = (current: () => RunReport | Promise<RunReport>): (() => Promise<void>) => {
  const tell = async () => {
    const report = await reportOrNothing(current)
    if (report !== null) await send(report)
  }
  if (process.send !== undefined) process.on('message', (message) => void (message === 'report' && tell()))
  return tell
}

/** Whole or not at all: a reader never sees half of it. @throws Error of the file system */
export const writeReport = async (file: string, report: RunReport): Promise<void> => {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(`${file}.new`, JSON.stringify(report))
  await rename(`${file}.new`, file)
}

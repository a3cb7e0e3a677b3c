/** The client process: one workload, driven by the scenario. */
import { serveFunctions } from '../../load/worker.ts'
import type { ClientKind, OpenParticipant } from './participant.ts'
import { type Measured, Workload, type WorkloadSettings } from './workload.ts'

/** Only what is measured is loaded. */
const openerOf = async (kind: ClientKind): Promise<OpenParticipant> =>
  kind === 'link'
    ? (await import('./link-participant.ts')).openLink
    : (await import('./plain-participant.ts')).openPlain

let workload: Workload | null = null

const theWorkload = (): Workload => {
  if (workload === null) throw new Error('nothing is open')
  return workload
}

const functions = {
  open: async ({ kind, ...settings }: WorkloadSettings & { kind: ClientKind }): Promise<void> => {
    workload = await Workload.open(settings, await openerOf(kind))
  },
  run: ({ orders }: { orders: number }): Promise<Measured> => theWorkload().run(orders),
  /** Orders that have ended so far. */
  delivered: (_: object): number => theWorkload().delivered,
  close: (_: object): Promise<void> => theWorkload().close(),
}

export type ClientFunctions = typeof functions

serveFunctions(functions)

/** The client process: one broker's client with both roles, and the workload. Started anew for each peer, so that none of them runs in code that another one has warmed up or spoilt. */
import { Fault } from '../../../shared/fault.ts'
import { serveFunctions } from '../../load/worker.ts'
import type { Broker, Connect } from './broker.ts'
import { type Round, type RoundOptions, Workload } from './workload.ts'

let opened: { readonly broker: Broker; readonly workload: Workload } | null = null

const current = () => {
  if (opened === null) throw new Fault('worker', 'not connected')
  return opened
}

/** A path that is computed: the compiler does not follow it, since the clients may not be installed. */
const connectOf = async (name: string): Promise<Connect> => {
  const path = new URL(`clients/${name}.ts`, import.meta.url).href
  const module = (await import(path)) as { readonly connect: Connect }
  return module.connect
}

const functions = {
  /** @returns the server's version */
  async connect({ name, port }: { name: string; port: number }): Promise<string> {
    const connect = await connectOf(name)
    const workload: Workload = new Workload((to, text, confirmed) => broker.publish(to, text, confirmed))
    const broker = await connect({
      port,
      receive: (as, text) => workload.receive(as, text),
      failed: (error) => workload.fail(error),
    })
    opened = { broker, workload }
    return broker.version
  },
  round(options: RoundOptions): Promise<Round> {
    const { broker, workload } = current()
    return workload.run(options, () => broker.acknowledged())
  },
  leftovers: (_: null): Promise<number> => current().broker.leftovers(),
  close: (_: null): Promise<void> => current().broker.close(),
}

export type ClientFunctions = typeof functions

serveFunctions(functions)

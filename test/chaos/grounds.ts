/**
 * Where the hubs of a run are, and what lies between them, their clients and their database. One hub on a folder is where its clients go. Hubs on a database stand behind a balancer; each has a gate to its clients' side and one to the database.
 */
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Balancer } from '../../bin/balancer/balancer.ts'
import { isHubReady } from '../../bin/balancer/ready.ts'
import { freePort } from '../../bin/simulation/free-port.ts'
import { systemClock } from '../../shared/clock.ts'
import { type Cut, hubNames } from './cluster-plan.ts'
import { Databases } from './databases.ts'
import { Gate } from './gate.ts'
import type { ClusterPlan, Plan } from './records.ts'

const HUB_PROGRAM = fileURLToPath(new URL('../../dist/bin/main.js', import.meta.url))

/** The defaults, but for what would make a run wait: a driver that is gone for good is given up soon, a failed handover is tried again soon. */
const flagsOf = ({ ackTimeoutMs, deliveryLimit }: Plan): string[] => [
  ...['--ack-timeout-ms', String(ackTimeoutMs), '--delivery-limit', String(deliveryLimit)],
  ...['--driver-grace-ms', '2000', '--retry-delay-ms', '50', '--longest-retry-delay-ms', '1000'],
  ...['--log-format', 'json'],
]

export interface HubStart {
  readonly args: readonly string[]
  readonly variables: Readonly<Record<string, string>>
}

interface Cluster {
  readonly databases: Databases
  readonly gates: ReadonlyMap<string, Gate>
  readonly balancer: Balancer
}

const openCluster = async (
  { hasStandby }: ClusterPlan,
  { ports, place, logged }: { ports: ReadonlyMap<string, number>; place: string; logged(line: string): void },
): Promise<Cluster> => {
  const databases = await Databases.open({ place, hasStandby, hubs: [...ports.keys()], logged })
  const gates = new Map<string, Gate>()
  for (const [hub, port] of ports) gates.set(hub, await Gate.open(port))
  const balancer = await Balancer.open({
    port: 0,
    hubs: [...gates.values()].map(({ port }) => port),
    clock: systemClock,
    isReady: (port) => isHubReady('http', port),
  })
  return { databases, gates, balancer }
}

export class Grounds {
  readonly #folder: string
  readonly #plan: Plan
  readonly #ports: ReadonlyMap<string, number>
  readonly #cluster: Cluster | null

  private constructor(
    folder: string,
    plan: Plan,
    { ports, cluster }: { ports: ReadonlyMap<string, number>; cluster: Cluster | null },
  ) {
    this.#folder = folder
    this.#plan = plan
    this.#ports = ports
    this.#cluster = cluster
  }

  /** @param place where a database may lie, on the disk that the run is about */
  static async open(
    folder: string,
    plan: Plan,
    { place, logged }: { place: string; logged(line: string): void },
  ): Promise<Grounds> {
    const ports = new Map<string, number>()
    for (const hub of hubNames(plan.cluster?.hubs ?? 1)) ports.set(hub, await freePort())
    const cluster = plan.cluster === null ? null : await openCluster(plan.cluster, { ports, place, logged })
    return new Grounds(folder, plan, { ports, cluster })
  }

  get hubs(): readonly string[] {
    return [...this.#ports.keys()]
  }

  /** Where clients go. */
  get port(): number {
    return this.#cluster?.balancer.port ?? this.#ports.get(this.hubs[0]!)!
  }

  get databases(): Databases | null {
    return this.#cluster?.databases ?? null
  }

  startOf(hub: string): HubStart {
    const args = [HUB_PROGRAM, 'hub', '--port', String(this.#ports.get(hub)), ...flagsOf(this.#plan)]
    if (this.#cluster === null)
      return { args: [...args, '--data-dir', join(this.#folder, 'data')], variables: {} }
    const durability = this.#plan.cluster!.hasStandby ? 'replicated' : 'local'
    const url = this.#cluster.databases.urlFor(hub)
    return { args: [...args, '--durability', durability], variables: { CAPS_DATABASE_URL: url } }
  }

  #gateOf({ victim, from }: Cut): Gate {
    const { databases, gates } = this.#cluster!
    return (from === 'clients' ? gates : databases.gates).get(victim)!
  }

  isCut(cut: Cut): boolean {
    return this.#gateOf(cut).isShut
  }

  async cut(cut: Cut): Promise<void> {
    const gate = this.#gateOf(cut)
    gate.shut(cut.how)
    await pause(cut.lastsMs)
    gate.unshut()
  }

  async close(): Promise<void> {
    if (this.#cluster === null) return
    const { balancer, gates, databases } = this.#cluster
    await balancer.close()
    for (const gate of gates.values()) await gate.close()
    await databases.close()
  }
}

/** What a hub is made of: what it is given, and what may be set. */
import type { Clock } from '../shared/clock.ts'
import type { Keys } from './access/keys.ts'
import type { DeliveryOptions } from './delivery/ports.ts'
import type { HttpLimits } from './http/server.ts'
import type { IntakeOptions } from './intake/intake.ts'
import type { Ids, Pressure } from './intake/ports.ts'
import type { Hubs } from './ledger/hubs.ts'
import type { Ledger } from './ledger/ledger.ts'
import type { HubReports } from './reports.ts'
import type { SessionOptions } from './sessions/sessions.ts'
import type { ConnectionOptions } from './sockets/connection.ts'
import type { SocketServerOptions } from './sockets/server.ts'
import type { UpkeepOptions } from './upkeep/ports.ts'
import type { Machine } from './watch/figures/machine.ts'

export type HubOptions = IntakeOptions &
  DeliveryOptions &
  SessionOptions &
  UpkeepOptions &
  ConnectionOptions &
  SocketServerOptions &
  HttpLimits & {
    /** Connections of a participant that may end soon in a minute. */
    readonly flappingConnections: number
  }

export interface HubParts {
  readonly ledger: Ledger
  /** Default: null, there can be no other hub on this ledger. */
  readonly hubs?: Hubs | null
  readonly clock: Clock
  readonly reports: HubReports
  readonly pressure: Pressure
  readonly options: HubOptions
  /** Of the tokens. Default: null, the hub runs open. */
  readonly keys?: Keys | null
  /** Milliseconds since 1970 by the machine's clock as it is now, which may be set. Default: the clock's. */
  readonly wallClockMs?: () => number
  /** Default: UUIDs. */
  readonly ids?: Ids
  /** Of the disk with the data; null where the system does not tell. Default: null. */
  readonly freeBytes?: () => number | null
  /** Default: this process. */
  readonly machine?: Machine
  /** As the clock runs, with parts of milliseconds. Default: the clock's whole ones. */
  readonly preciseMs?: () => number
  /** What those who watch are told of the hub itself. Default: nothing. */
  readonly about?: About
}

export interface About {
  /** Of CAPS. */
  readonly version: string
  /** By the names of the flags, without secrets. */
  readonly settings: Readonly<Record<string, string | number | boolean | null>>
}

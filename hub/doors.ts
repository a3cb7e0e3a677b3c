/** What whoever carries the connections needs: to let them in, and to serve those that are in. */
import type { Access } from './access/access.ts'
import { takeOver } from './among-hubs.ts'
import type { Dispatcher } from './delivery/dispatcher.ts'
import type { HubParts } from './hub-parts.ts'
import type { Intake } from './intake/intake.ts'
import type { Hubs } from './ledger/hubs.ts'
import type { LedgerTransaction } from './ledger/ledger.ts'
import type { Applicant, Registration, Sessions } from './sessions/sessions.ts'
import type { AdmissionParts } from './sockets/admission.ts'
import type { ConnectionParts } from './sockets/connection.ts'
import { Flapping } from './sockets/flapping.ts'
import { isLoopbackAddress } from './sockets/network.ts'
import type { WatchDoor } from './sockets/ports.ts'
import { trackOrder } from './track.ts'

export interface Doors {
  readonly admission: AdmissionParts
  readonly connection: ConnectionParts
  readonly watch: WatchDoor
}

export interface DoorsParts extends Pick<HubParts, 'ledger' | 'clock' | 'reports' | 'options'> {
  readonly hubs: Hubs | null
  readonly access: Access
  readonly dispatcher: Dispatcher
  readonly deliveries: ConnectionParts['deliveries']
  readonly intake: Intake
  readonly sessions: Sessions<LedgerTransaction>
  readonly watch: WatchDoor
  isDraining(): boolean
}

/** On this machine everybody has the same address, and an open hub is there to be tried out. */
export const isExempt = (access: Access, address: string): boolean =>
  access.isOpen && isLoopbackAddress(address)

const register = (
  { hubs, sessions, dispatcher }: DoorsParts,
  applicant: Applicant,
  reply: (registration: Registration) => void,
): void => {
  const enter = () =>
    sessions.register(applicant, (registration) => {
      if (registration.kind === 'registered' && registration.record !== null)
        dispatcher.expect(registration.record)
      reply(registration)
    })
  if (hubs === null) enter()
  // A ledger that has failed meanwhile has told whoever owns it.
  else
    takeOver({ hubs, leasing: dispatcher.leasing }, applicant).then(
      (isOurs) => isOurs && enter(),
      () => {},
    )
}

const admissionOf = (parts: DoorsParts): AdmissionParts => {
  const { access, clock, options, ledger, reports } = parts
  return {
    access,
    register: (applicant, reply) => register(parts, applicant, reply),
    isDraining: () => parts.isDraining(),
    isAway: () => ledger.isAway,
    flapping: new Flapping({
      most: options.flappingConnections,
      clock,
      isExempt: (address) => isExempt(access, address),
    }),
    refused: (code, who) => reports.refused(code, who),
  }
}

const connectionOf = ({ hubs, ledger, dispatcher, ...parts }: DoorsParts): ConnectionParts => {
  const { deliveries, intake, reports, access, options, clock } = parts
  const { leasing } = dispatcher
  return {
    ...{ deliveries, intake, reports, access, options, clock },
    orders: {
      release: (driver, release, reply) => leasing.writer.release(driver, release, reply),
      assignments: (driver, reply) => leasing.writer.assignments(driver, reply),
      track: (order, reply) => trackOrder({ ledger, hasHubs: hubs !== null }, order, reply),
      storesServedBy: (driver) => [...new Set(leasing.heldBy(driver).map((key) => key.split('/', 1)[0]!))],
    },
  }
}

export const doorsOf = (parts: DoorsParts): Doors => ({
  admission: admissionOf(parts),
  connection: connectionOf(parts),
  watch: parts.watch,
})

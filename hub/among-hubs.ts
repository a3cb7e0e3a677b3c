/** What a hub does that is not alone on its data: it serves whom it has taken over, lets go of whom others serve, and looks after what they leave. */
import { driverId, driverOf } from '../shared/ids.ts'
import type { Access } from './access/access.ts'
import type { Dispatcher } from './delivery/dispatcher.ts'
import { FreshOutlets } from './delivery/fresh-outlets.ts'
import type { KeptPauses } from './delivery/kept-pauses.ts'
import type { Leasing } from './delivery/leasing.ts'
import type { Hubs } from './ledger/hubs.ts'
import type { LedgerTransaction } from './ledger/ledger.ts'
import type { Applicant, Sessions } from './sessions/sessions.ts'
import type { ConnectionParts } from './sockets/connection.ts'

/** Who took over from a connection, when that is all that is known. */
const ELSEWHERE = 'a connection to another hub'

export interface AmongHubsParts {
  readonly dispatcher: Dispatcher
  readonly sessions: Sessions<LedgerTransaction>
  readonly pauses: KeptPauses
  readonly access: Access
}

/** @returns what ends it */
export const joinHubs = async (
  hubs: Hubs,
  { dispatcher, sessions, pauses, access }: AmongHubsParts,
): Promise<readonly (() => void)[]> => {
  const { leasing } = dispatcher
  const stops = [
    hubs.onLost((participants) => {
      sessions.lose(participants, ELSEWHERE)
      for (const driver of participants.flatMap((id) => driverOf(id) ?? [])) leasing.disown(driver)
    }),
    hubs.onErased((erased) => dispatcher.erased(erased)),
    hubs.onWaiting(() => leasing.leaseFromElsewhere()),
    hubs.onAdopted((orders) => void leasing.adopt(orders)),
    // What cannot be read has been told to whoever owns the ledger, who ends the hub.
    hubs.onFresh(() => void pauses.refresh().catch(() => {})),
    hubs.onFresh(() => void access.learnRevocations().catch(() => {})),
  ]
  await hubs.start(() => leasing.state)
  return stops
}

/**
 * Serves the participant from now on. What a driver holds is looked after here before it is connected.
 * @returns false if its connection has gone meanwhile: it may be connected to another hub by now, and keeps that
 */
export const takeOver = async (
  { hubs, leasing }: { hubs: Hubs; leasing: Leasing },
  applicant: Applicant,
): Promise<boolean> => {
  const { participant } = applicant.sender
  const driver = driverOf(participant)
  const isOurs = await hubs.own(participant, () => !applicant.isGone())
  if (isOurs && driver !== null) await leasing.catchUp(driver, await hubs.heldOrdersOf(driver))
  return isOurs
}

/** Hands over only while the hub is alive in the eyes of the others. */
export const freshDeliveries = (dispatcher: Dispatcher, hubs: Hubs): ConnectionParts['deliveries'] => {
  const outlets = new FreshOutlets(hubs)
  return {
    attachQueue: (participant, outlet, windowEntries) =>
      dispatcher.attachQueue(participant, outlets.of(participant.id, outlet), windowEntries),
    attachDriver: (driver, outlet, sizes) =>
      dispatcher.attachDriver(driver, outlets.of(driverId(driver), outlet), sizes),
  }
}

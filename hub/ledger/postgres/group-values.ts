/** What a group writes, as the parameters of its statement (`write-group.ts`). */
import { erasureText } from './erasures.ts'
import type { Group, Signature } from './group.ts'
import type { Changes } from './tables.ts'
import { entryValues } from './values/entries.ts'
import { orderValues } from './values/orders.ts'
import { closesQueue, participantValues, rosterValues } from './values/participants.ts'
import { numbers, texts } from './values/rows.ts'
import type { TYPES } from './values/types.ts'

export type GroupValues = Readonly<Record<keyof typeof TYPES, unknown>>

const revocationValues = ({ revocations }: Group) => {
  const kept = [...revocations.values()].filter((one) => one !== null)
  const removed = [...revocations].filter(([, one]) => one === null)
  return {
    v_participant: texts(kept, ({ participant }) => participant),
    v_revoked_ms: numbers(kept, ({ revokedMs }) => revokedMs),
    gv_participant: texts(removed, ([participant]) => participant),
  }
}

const noteValues = ({ notes }: Group) => {
  const all = [...notes.values()]
  const kept = all.flatMap(({ after }) => after ?? [])
  const removed = all.flatMap(({ at, after }) => (after === null ? [at] : []))
  return {
    o_kind: texts(kept, ({ kind }) => kind),
    o_name: texts(kept, ({ name }) => name),
    o_value: texts(kept, ({ value }) => JSON.stringify(value)),
    go_kind: texts(removed, ({ kind }) => kind),
    go_name: texts(removed, ({ name }) => name),
  }
}

const erasureValues = ({ erasures }: Group) => {
  const all = [...erasures]
  return { q_key: texts(all, ([key]) => key), q_erasure: texts(all, ([, erasure]) => erasureText(erasure)) }
}

export const isReadOnlyGroup = (group: Group, changes: Changes): boolean =>
  group.aliveMs === null &&
  group.revocations.size + group.notes.size + group.erasures.size === 0 &&
  changes.orders.length + changes.participants.length + changes.rosters.length + changes.entries.length === 0

export const groupValues = (signature: Signature, group: Group, changes: Changes): GroupValues => ({
  hub: signature.hub,
  fence: signature.fence,
  told: signature.told,
  number: signature.number,
  open_from: signature.openFrom,
  last_reserved: closesQueue(changes) ? signature.lastReserved : 0,
  alive_ms: group.aliveMs,
  ...orderValues(changes),
  ...participantValues(changes),
  ...rosterValues(changes),
  ...entryValues(changes.entries, group, signature.hub),
  ...revocationValues(group),
  ...noteValues(group),
  ...erasureValues(group),
})

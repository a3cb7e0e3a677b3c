import { DELIVERY, SESSIONS } from './parts.ts'
import type { Plant } from './plant.ts'

const SESSION = { file: 'hub/sessions/sessions.ts', tests: SESSIONS } as const

export const SE_PLANTS: readonly Plant[] = [
  {
    ...SESSION,
    rule: 'SE1',
    name: 'a connection is let in before its participant is durable',
    from: 'if (applicant.receives)',
    to: `queueMicrotask(() => {
          reply(registration)
          reply = () => {}
        })
        if (applicant.receives)`,
  },
  {
    ...SESSION,
    rule: 'SE2',
    name: 'the older connection is told its own name',
    from: 'older?.displaced(applicant.name)',
    to: 'older?.displaced(older.name)',
  },
  {
    ...SESSION,
    rule: 'SE3',
    name: 'nobody was away while the hub was down',
    from: '? transaction.nowMs : (this.#parts.lastAliveMs ?? transaction.nowMs)',
    to: '? transaction.nowMs : Math.max(transaction.nowMs, this.#parts.lastAliveMs ?? 0)',
  },
  {
    ...SESSION,
    rule: 'SE4',
    name: 'a store has one participant more than it may',
    from: 'transaction.rosterOf(store).length >= this',
    to: 'transaction.rosterOf(store).length > this',
  },
  {
    ...SESSION,
    rule: 'SE5',
    name: 'a vendor that only sends gets a queue',
    from: 'if (applicant.receives)',
    to: "if (applicant.receives || id.startsWith('vendor/'))",
  },
  {
    ...SESSION,
    rule: 'SE6',
    name: 'leaving keeps the queue',
    from: '? { ...newParticipant(id, transaction.lastPosition), closed: known?.closed ?? null }',
    to: '? { ...newParticipant(id, 0), closed: known?.closed ?? null }',
  },
  {
    ...{ file: 'hub/delivery/lease-writer.ts', tests: [...SESSIONS, ...DELIVERY] },
    rule: 'SE7',
    name: 'a driver leaves with an order on board',
    from: "if (own.some(({ state }) => state === 'in-transit')) return false",
    to: "if (own.some(({ state }) => state === 'delivered')) return false",
  },
  {
    ...SESSION,
    rule: 'SE8',
    name: 'what happened while a participant was away is passed over',
    from: ': { ...known, awaySinceMs: null }',
    to: ': { ...known, awaySinceMs: null, floor: transaction.lastPosition }',
  },
]

import { UPKEEP } from './parts.ts'
import type { Plant } from './plant.ts'

const upkeep = (name: string) => ({ file: `hub/upkeep/${name}.ts`, tests: UPKEEP }) as const

export const UP_PLANTS: readonly Plant[] = [
  {
    ...upkeep('expiry'),
    rule: 'UP1',
    name: 'expiry counts the downtime of the hub',
    from: 'nowMs - Math.max(record.awaySinceMs ?? 0, readyMs)',
    to: 'nowMs - (record.awaySinceMs ?? readyMs)',
  },
  {
    ...upkeep('letters'),
    rule: 'UP2',
    name: 'an expired queue does not read in queue order',
    from: '.sort((one, other) => one.position - other.position)',
    to: '.sort((one, other) => one.deadMs - other.deadMs)',
  },
  {
    ...upkeep('expiry'),
    rule: 'UP3',
    name: 'a driver expires with an order on board',
    from: '    presence.isCarrying(record.id)',
    to: '    (presence.isCarrying(record.id) && record.queued > 0)',
  },
  {
    ...upkeep('retention'),
    rule: 'UP4',
    name: 'an order is removed while one entry of it is owed',
    from: 'if (record.owed > 0) transaction',
    to: 'if (record.owed > 1) transaction',
  },
  {
    ...upkeep('dead-letters'),
    rule: 'UP5',
    name: 'a letter that is not there stands for the next one',
    from: '.filter(({ position }) => wanted.has(position))',
    to: '.filter(({ position }) => position > 0)',
  },
  {
    ...upkeep('dead-letters'),
    rule: 'UP6',
    name: 'a replay is not marked',
    from: 'payload, replay: true })',
    to: 'payload })',
  },
  {
    ...upkeep('dead-letters'),
    rule: 'UP7',
    name: 'an order lives on whose pickup was dropped',
    from: 'id === FLEET ? dropPickup(',
    to: 'id !== FLEET ? dropPickup(',
  },
  {
    ...upkeep('retention'),
    rule: 'UP8',
    name: 'dead letters are kept for ever',
    from: 'deadMs < diedBeforeMs',
    to: 'deadMs < diedBeforeMs - deadMs',
  },
  {
    ...upkeep('expiry'),
    rule: 'UP9',
    name: 'what came after the return is removed with the closed queue',
    from: 'upTo: record.closed!.upTo, limit: PAGE',
    to: 'upTo: record.closed!.upTo + 1000, limit: PAGE',
  },
]

/**
 * How this hub hears of entries in its queues, whoever has added them, and lets others know that it has added some to theirs: what is announced, the tail that reads what others have added, and the bell that is rung for them.
 */
import type { Clock } from '../../../shared/clock.ts'
import { FLEET, type ParticipantId } from '../../../shared/ids.ts'
import type { Entry } from '../../domain/entry.ts'
import type { HubState } from '../hubs.ts'
import { Announcements } from './announcements.ts'
import type { Asking } from './asking.ts'
import { Bell } from './bell.ts'
import { type Said, saidIn, sayingOf } from './bell-words.ts'
import type { Connection } from './connection.ts'
import { readForeignEntries } from './foreign-entries.ts'
import type { Group } from './group.ts'
import type { HubRow } from './hub-row.ts'
import type { Block } from './positions.ts'
import { Tail, type TailParts } from './tail.ts'

type Appended = ReadonlyMap<ParticipantId, readonly Entry[]>

const NOTHING_TOLD: HubState = { free: 0, capacity: 0, waiting: 0 }
const NOTHING: Appended = new Map()

const ring = (connection: Connection, saying: string): Promise<unknown> =>
  connection.run('bell', { name: 'ring', text: "SELECT pg_notify('caps', $1)", values: [saying] })

export interface NeighboursParts extends Pick<TailParts, 'firstUnsettled' | 'announce' | 'isOver'> {
  readonly clock: Pick<Clock, 'after'>
  readonly row: Pick<HubRow, 'hub' | 'readFrom' | 'positions'>
  readonly asking: Asking
}

export class Neighbours {
  readonly #hub: number
  readonly #firstUnsettled: NeighboursParts['firstUnsettled']
  readonly #announcements: Announcements
  readonly #tail: Tail
  readonly #bell: Bell
  readonly #rungListeners: ((said: Said) => void)[] = []
  #stateOf: () => HubState = () => NOTHING_TOLD

  constructor(parts: NeighboursParts) {
    const { clock, row, asking } = parts
    this.#hub = row.hub
    this.#firstUnsettled = parts.firstUnsettled
    this.#announcements = new Announcements(row.readFrom)
    this.#announcements.reserved(row.positions)
    this.#tail = new Tail({
      ...parts,
      announcements: this.#announcements,
      read: (gaps) => asking.ask((connection) => readForeignEntries(connection, row.hub, gaps)),
    })
    this.#bell = new Bell({
      clock,
      ring: () => asking.ask((connection) => ring(connection, sayingOf(row.hub, this.#stateOf()))),
    })
  }

  /** What this hub adds to its own queues from now on must lie there or behind. */
  get from(): number {
    return this.#announcements.from
  }

  /** Is something of this hub's not announced yet, because others may still add something before it? */
  get isHolding(): boolean {
    return this.#announcements.isHolding
  }

  /** The hub has reserved positions. */
  reserved(block: Block): void {
    this.#announcements.reserved(block)
  }

  /** What was reserved may be reserved by another hub again, if the server has crashed. */
  forgetReserved(): void {
    this.#announcements.forgetReserved()
  }

  /** A group of this hub is durable. @param below so far others add nothing to queues any more; null if that is not known @returns what is announced with it */
  written(group: Pick<Group, 'appended' | 'targets'>, below: number | null): Appended {
    this.#announcements.written(this.#ownOf(group))
    if (below === null) return NOTHING
    const { knownBelow } = this.#announcements
    return this.#announcements.take(Math.min(below, this.#firstUnsettled().ofAll, knownBelow))
  }

  /** Without the pickups that are laid in the pools of others. */
  #ownOf({ appended, targets }: Pick<Group, 'appended' | 'targets'>): Appended {
    const pickups = appended.byParticipant.get(FLEET)
    if (pickups === undefined) return appended.byParticipant
    const own = pickups.filter(({ position }) => targets.get(position) === this.#hub)
    const all = new Map(appended.byParticipant)
    if (own.length === 0) all.delete(FLEET)
    else all.set(FLEET, own)
    return all
  }

  /** Looks for what others have added to this hub's queues, and announces it. */
  look(): void {
    this.#tail.look()
  }

  /** Tells other hubs that there is something to hear, once for all that is asked meanwhile. */
  ring(): void {
    this.#bell.ring()
  }

  /** From now on others hear the hub's state when it rings. */
  says(stateOf: () => HubState): void {
    this.#stateOf = stateOf
  }

  /** Another hub has rung. */
  onRung(listener: (said: Said) => void): void {
    this.#rungListeners.push(listener)
  }

  /** Somebody has. */
  rung(text: string): void {
    const said = saidIn(text)
    if (said?.hub === this.#hub) return
    this.look()
    if (said !== null) for (const listener of this.#rungListeners) listener(said)
  }
}

/**
 * In whose pool a new pickup is laid: with the hub whose drivers have most room left, of all that is known of them. What has been laid there since is taken off, until the hubs tell anew. When more is laid than they told room for, it is shared out by what their drivers take in all: they have
 * delivered some meanwhile, and a pickup that lies with a hub without drivers waits until another one comes to look.
 */
import type { HubState } from '../hubs.ts'

type Told = Pick<HubState, 'free' | 'capacity'>

interface Room {
  readonly capacity: number
  left: number
}

export class FleetTargets {
  /** This hub. */
  readonly own: number
  #rooms = new Map<number, Room>()

  constructor(hub: number) {
    this.own = hub
  }

  /** @param told by each hub that is alive, this one included */
  heard(told: ReadonlyMap<number, Told>): void {
    this.#rooms = new Map()
    for (const [hub, one] of told) this.heardOf(hub, one)
  }

  heardOf(hub: number, { free, capacity }: Told): void {
    if (capacity > 0) this.#rooms.set(hub, { capacity, left: free })
    else this.#rooms.delete(hub)
  }

  next(): number {
    let target = this.own
    let most = this.#rooms.get(target)
    for (const [hub, room] of this.#rooms) {
      if (most !== undefined && !isMore(room, most)) continue
      target = hub
      most = room
    }
    if (most !== undefined) most.left -= 1
    return target
  }
}

const isMore = (one: Room, other: Room): boolean =>
  one.left > 0 || other.left > 0
    ? one.left > other.left
    : one.left / one.capacity > other.left / other.capacity

/** In whose pool a new pickup is laid: with the hub whose drivers have most room left, of all that is known of them. What has been laid there since is taken off, until the hubs tell anew. */
export class FleetTargets {
  readonly #hub: number
  #room = new Map<number, number>()

  constructor(hub: number) {
    this.#hub = hub
  }

  /** @param free of each hub that is alive, this one included */
  heard(free: ReadonlyMap<number, number>): void {
    this.#room = new Map(free)
  }

  next(): number {
    let target = this.#hub
    let most = this.#room.get(target) ?? 0
    for (const [hub, room] of this.#room) {
      if (room <= most) continue
      target = hub
      most = room
    }
    if (most > 0) this.#room.set(target, most - 1)
    return target
  }
}

/**
 * The network between the hub and everybody else: who reaches whom, who sits in which room, and what goes wrong. An actor's machine has one *route* to the hub, over which all its
 * connections go; a stalled route lets nothing through, so that either side gives its connections up after its ping timeout, each at its own time.
 */

import type { Doors } from '../../hub/doors.ts'
import type { SocketServer } from '../../hub/sockets/server.ts'
import type { Clock } from '../../shared/clock.ts'
import type { HubSocket } from '../../shared/link/hub-socket.ts'
import type { Handshake } from '../../shared/messages.ts'
import type { Dice } from './dice.ts'
import type { Listening, NetworkParts, Rooms, Switchboard } from './medium.ts'
import { createRooms } from './rooms.ts'
import { Wire } from './wire.ts'

interface Route {
  readonly wires: Set<Wire>
  latencyMs(): number
  stalled: { toHub: boolean; toActor: boolean }
}

export class Network implements Switchboard {
  readonly parts: NetworkParts
  readonly #routes = new Map<string, Route>()
  rooms: Rooms = createRooms()
  #listening: Listening | null = null
  #connections = 0

  constructor(parts: NetworkParts) {
    this.parts = parts
  }

  get listening(): Listening | null {
    return this.#listening
  }

  /** What a hub process serves its doors through. */
  listen(doors: Doors, clock: Clock): SocketServer {
    const listening = { doors, clock }
    this.#listening = listening
    return {
      relayPosition: () => {},
      announceDraining: () => {
        for (const wire of this.openWires()) wire.hub?.emit('draining', {})
      },
      close: async () => {
        if (this.#listening === listening) this.#listening = null
        for (const wire of this.wires()) wire.hub?.disconnect()
        // Then the transports, also of those that are not let in yet.
        for (const wire of this.wires()) if (wire.hub?.isAlive) wire.hub.conn.close()
      },
    }
  }

  /** The hub's process is gone: nothing on its side happens any more. @param afterMs when its peers notice, each a little later */
  hubGone(afterMs: () => number): void {
    this.#listening = null
    for (const wire of this.wires()) wire.hubDied(afterMs())
    this.rooms = createRooms()
  }

  open(actor: { participant: string; life: string }, handshake: Handshake): HubSocket {
    const { participant, life } = actor
    const route = this.#route(participant)
    this.#connections += 1
    const line = { participant, connection: `${life}#${this.#connections}` }
    const made = { line, handshake, latencyMs: route.latencyMs }
    const wire = new Wire(this, made, (over) => route.wires.delete(over))
    wire.stall(route.stalled)
    route.wires.add(wire)
    return wire.actor
  }

  wires(participant?: string): Wire[] {
    const routes = participant === undefined ? [...this.#routes.values()] : [this.#route(participant)]
    return routes.flatMap(({ wires }) => [...wires])
  }

  /** Those over which both sides talk. */
  openWires(participant?: string): Wire[] {
    return this.wires(participant).filter((wire) => wire.isOpen)
  }

  /** Holds everything up on one machine's route; who waits too long gives up. @returns ends it */
  stall(participant: string, direction: Route['stalled']): () => void {
    const route = this.#route(participant)
    this.parts.say(`network: ${participant} is stalled`)
    route.stalled = direction
    for (const wire of route.wires) {
      wire.stall(direction)
      wire.giveUpUnless(() => route.stalled !== direction)
    }
    return () => {
      route.stalled = { toHub: false, toActor: false }
      const held = [...route.wires].reduce((sum, wire) => sum + wire.resume(), 0)
      if (held > 0) this.parts.effected('delayed')
    }
  }

  isStalled(participant: string): boolean {
    const { toHub, toActor } = this.#route(participant).stalled
    return toHub || toActor
  }

  #route(participant: string): Route {
    let route = this.#routes.get(participant)
    if (route === undefined) {
      route = {
        wires: new Set(),
        latencyMs: latencies(this.parts.dice.fork()),
        stalled: { toHub: false, toActor: false },
      }
      this.#routes.set(participant, route)
    }
    return route
  }
}

/** Most of the time a machine is as far away as it is; now and then a packet must be sent again. */
const latencies = (dice: Dice): (() => number) => {
  const usualMs = dice.whole(1, 20)
  return () => (dice.chance(0.02) ? dice.whole(100, 400) : usualMs + dice.whole(0, 10))
}

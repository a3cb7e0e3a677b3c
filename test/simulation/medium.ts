/** What lies between the parts of the network, as types: what either end sees of its connection, and what a connection sees of the network. */
import type { Doors } from '../../hub/doors.ts'
import type { PeerSocket } from '../../hub/sockets/types.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Dice } from './dice.ts'
import type { Line, Observe } from './observations.ts'
import type { VirtualTime } from './virtual-time.ts'

/** The moment in which a connection is to break: what is about to leave is lost with it. */
export type Trap = 'cut before receipt' | 'cut before acknowledgement' | 'cut before handover'

/** A callback over the wire. */
export type Answer = (...answer: unknown[]) => void

/** The hub's end, as the other side reaches it. */
export interface HubSide {
  readonly connected: boolean
  receive(event: string, args: readonly unknown[], answer: Answer | null): void
  closed(reason: string): void
}

/** The actor's end, as the other side reaches it. */
export interface ActorSide {
  admitted(): void
  refused(error: Error): void
  receive(event: string, args: readonly unknown[], reply: Answer | null): void
  closed(reason: string): void
}

/** A connection, as its ends see it. */
export interface Medium {
  readonly line: Line
  readonly observe: Observe
  readonly rooms: Rooms
  /** Begins to connect. */
  dial(): void
  /** It happens when it has arrived, if it does; in order. */
  toHub(arrive: (hub: HubSide) => void): void
  toActor(arrive: (actor: ActorSide) => void): void
  /** What is on its way to the actor, and all to come, is lost. */
  cutToActor(): void
  /** @returns true if the trap was set for this, and the connection has broken instead */
  springs(trap: Trap): boolean
  /** An end has ended. */
  ended(): void
}

/** Who hears what is said to a room. */
export interface Rooms {
  readonly namespace: PeerSocket['nsp']
  join(room: string, socket: PeerSocket): void
  leave(room: string, socket: PeerSocket): void
  leaveAll(socket: PeerSocket): void
}

export interface NetworkSettings {
  readonly pingIntervalMs: number
  readonly pingTimeoutMs: number
}

export interface NetworkParts {
  readonly time: VirtualTime
  readonly dice: Dice
  readonly settings: NetworkSettings
  readonly observe: Observe
  /** A line of the trace. */
  say(text: string): void
  /** A fault had an effect. */
  effected(fault: string): void
}

/** The process that takes connections. */
export interface Listening {
  readonly doors: Doors
  readonly clock: Clock
}

/** The network, as a connection sees it. */
export interface Switchboard {
  readonly parts: NetworkParts
  readonly rooms: Rooms
  /** null: nobody takes connections. */
  readonly listening: Listening | null
}

/** What a broker's client gives to the workload: the same for all brokers, and as thin as can be, since it runs in the process whose speed is part of what is measured. */

export type Role = 'driver' | 'vendor'

export interface Connection {
  readonly port: number
  /** An event has been delivered to a role. The client MUST acknowledge it when this has returned, and not before. */
  receive(as: Role, text: string): void
  /** The connection is lost, or the broker refuses something. Never called after `close`. */
  failed(error: unknown): void
}

export interface Broker {
  /** As the server tells it. */
  readonly version: string
  /** To the queue of a role, over the connection of the other one. `confirmed` is called when the broker has confirmed the event, and nothing is when it has not. */
  publish(to: Role, text: string, confirmed: () => void): void
  /** Resolves when the broker has answered all acknowledgements, or has been sent them where it does not answer. */
  acknowledged(): Promise<void>
  /** Events that the broker would deliver again: 0 unless an acknowledgement was lost. */
  leftovers(): Promise<number>
  close(): Promise<void>
}

/** Every file in `clients/` has one, named `connect`. Resolves when both roles have their queues and get what is published from now on. */
export type Connect = (connection: Connection) => Promise<Broker>

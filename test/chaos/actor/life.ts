/** What an actor process is told when it starts, and what it and the run tell each other meanwhile. */

export interface Role {
  /** `vendor/<store>/<id>` or `driver/<id>`. */
  readonly participant: string
  readonly role: 'vendor' | 'driver'
  readonly store: string | null
  readonly id: string
  /** Has a queue at the hub. */
  readonly hears: boolean
  /** Makes orders. */
  readonly makes: boolean
  /** On a plain socket.io-client instead of the link. */
  readonly isPlain: boolean
  readonly window: number | null
  readonly capacity: number | null
}

export interface Life extends Role {
  /** Address of the folder in which the programs are built, with a slash at its end. */
  readonly dist: string
  readonly url: string
  /** Address of the module `socket.io-client`. */
  readonly client: string
  /** Its outbox and its histories lie here. */
  readonly folder: string
  /** From 1 on. */
  readonly life: number
  readonly seed: number
  readonly hasPoison: boolean
}

export interface Status {
  /** Orders made so far, those of earlier lives included. */
  readonly made: number
  readonly isConnected: boolean
  /** Nothing is unconfirmed, carried or still to be made. */
  readonly isIdle: boolean
  /** Grows with everything that it does or hears. */
  readonly moves: number
}

export type FromActor =
  | { readonly status: Status }
  /** The answer to `ask`, with its number. */
  | { readonly answer: number; readonly status: Status }

export type ToActor = { readonly permit: number } | { readonly ask: number }

export const historyFile = (folder: string, life: number): string =>
  `${folder}/life-${String(life).padStart(4, '0')}.jsonl`

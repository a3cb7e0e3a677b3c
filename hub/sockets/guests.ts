/** Connections that are in: each may carry a socket of each namespace, and is back in the lobby when the last one has ended. */
import type { Lobby, Newcomer } from './lobby.ts'

export class Guests {
  readonly #lobby: Lobby
  /** Of the few that carry more than one: how many more. */
  readonly #more = new Map<unknown, number>()

  constructor(lobby: Lobby) {
    this.#lobby = lobby
  }

  admit({ conn }: { readonly conn: unknown }): void {
    if (!this.#lobby.admit(conn as Newcomer)) this.#count(conn, 1)
  }

  ended({ conn }: { readonly conn: unknown }): void {
    if (this.#more.has(conn)) return this.#count(conn, -1)
    const newcomer = conn as Newcomer
    if (newcomer.readyState === 'open') this.#lobby.enter(newcomer)
  }

  #count(conn: unknown, change: number): void {
    const more = (this.#more.get(conn) ?? 0) + change
    if (more === 0) this.#more.delete(conn)
    else this.#more.set(conn, more)
  }
}

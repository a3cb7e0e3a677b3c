/**
 * Questions that wait for one answer and are not repeated: sent when there is a connection, given up after a bounded time, or when the connection
 * breaks before the answer, because then nobody knows whether the hub has heard them.
 */
import { Fault } from '../fault.ts'
import type { Refused } from '../protocol.ts'
import type { HubSocket } from './hub-socket.ts'
import type { Timing } from './timing.ts'

const TIMEOUT_MS = 10_000

type Send<R> = (socket: HubSocket, reply: (reply: R | Refused) => void) => void

interface Open {
  send(socket: HubSocket): void
  fail(fault: Fault): void
}

const notConnected = (what: string): Fault => new Fault('not-connected', what)

export class Requests {
  readonly #timing: Timing
  readonly #open = new Set<Open>()
  #socket: HubSocket | null = null
  #ended: Fault | null = null

  constructor(timing: Timing) {
    this.#timing = timing
  }

  /** @throws Fault with the refusal's code; Fault `not-connected` without an answer in time */
  ask<R extends { readonly ok: true }>(send: Send<R>): Promise<R> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== null) return reject(this.#ended)
      const settle = (run: () => void) => {
        if (!this.#open.delete(request)) return
        cancel()
        run()
      }
      const take = (reply: R | Refused) =>
        settle(() => (reply.ok ? resolve(reply) : reject(new Fault(reply.code, reply.message))))
      const request: Open = {
        send: (socket) => send(socket, take),
        fail: (fault) => settle(() => reject(fault)),
      }
      const cancel = this.#timing.clock.after(TIMEOUT_MS, () =>
        request.fail(notConnected(`The hub has not answered within ${TIMEOUT_MS / 1000} s.`)),
      )
      this.#open.add(request)
      this.#send(request)
    })
  }

  opened(socket: HubSocket): void {
    this.#socket = socket
    for (const request of this.#open) this.#send(request)
  }

  broke(): void {
    this.#socket = null
    // All of them were sent: none waits while there is a connection.
    for (const request of this.#open)
      request.fail(notConnected('The connection broke before the hub answered.'))
  }

  /** Everything open and to come is rejected with `fault`. */
  end(fault: Fault): void {
    this.#ended = fault
    for (const request of this.#open) request.fail(fault)
  }

  #send(request: Open): void {
    if (this.#socket !== null) request.send(this.#socket)
  }
}

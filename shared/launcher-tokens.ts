/**
 * The tokens of an actor that the launcher of the simulation has started. The launcher holds the hub's key, its actors do not: they ask for a token over the IPC channel that they were
 * started with, for every try to connect and before the one that they have ends.
 */
import { Fault } from './fault.ts'
import type { TokenSource } from './link/api.ts'

/** `CAPS_TOKEN` of such an actor, instead of a token. */
export const FROM_LAUNCHER = 'launcher'

/** What the actor says, and what the launcher answers. */
export const TOKEN_REQUEST = 'token'
export interface TokenAnswer {
  readonly token: string
}

/** The channel of a process, from its own side. */
export interface LauncherChannel {
  send?: ((message: typeof TOKEN_REQUEST, sent: (error: Error | null) => void) => unknown) | undefined
  on(event: 'message', listener: (message: unknown) => void): unknown
}

const tokenIn = (message: unknown): string | null => {
  const { token } = (typeof message === 'object' && message !== null ? message : {}) as Partial<TokenAnswer>
  return typeof token === 'string' ? token : null
}

/** Answers belong to whoever asked before: the launcher gives everybody of a process the same. */
const asker = (channel: LauncherChannel): (() => Promise<string>) => {
  if (channel.send === undefined)
    throw new Fault(
      'configuration',
      `CAPS_TOKEN: got ${FROM_LAUNCHER}, expected a token: no launcher has started this process.`,
    )
  let waiting: ((token: string) => void)[] = []
  channel.on('message', (message) => {
    const token = tokenIn(message)
    if (token === null) return
    const answered = waiting
    waiting = []
    for (const take of answered) take(token)
  })
  return () =>
    new Promise((resolve, reject) => {
      waiting.push(resolve)
      channel.send?.(TOKEN_REQUEST, (error) => error !== null && reject(error))
    })
}

/**
 * The option `token` of an actor's link.
 * @param token as it is in the settings
 * @throws Fault `configuration` when the tokens are to come from a launcher and there is none
 */
export const tokenSourceOf = (
  token: string | null,
  channel: LauncherChannel = process,
): { readonly token?: TokenSource } => {
  if (token === null) return {}
  return { token: token === FROM_LAUNCHER ? asker(channel) : token }
}

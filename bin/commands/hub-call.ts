/** One request to a running hub, as its operator: with a token that lives just long enough if there is a key, without one to a hub that runs open. */
import type { Keys } from '../../hub/access/keys.ts'
import { signToken } from '../../hub/access/tokens.ts'
import { Fault, messageOf } from '../../shared/fault.ts'

const TOKEN_LIFETIME_MS = 60_000
const PATIENCE_MS = 10_000

export interface HubCall {
  readonly url: string
  readonly keys: Keys | null
  /** Beginning with a slash. */
  readonly path: string
  readonly body: object
}

const headersFor = async (keys: Keys | null): Promise<Record<string, string>> => {
  const json = { 'content-type': 'application/json' }
  if (keys === null) return json
  const life = { nowMs: Date.now(), lifetimeMs: TOKEN_LIFETIME_MS }
  const token = await signToken(keys, { participant: 'operator/command-line' }, life)
  return { ...json, authorization: `Bearer ${token}` }
}

/** The system's words lie in the cause: the error itself says `fetch failed`. */
const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined
  const text = messageOf(cause ?? error)
  return text === '' ? String((cause as NodeJS.ErrnoException).code) : text
}

const awayFault = (url: string, error: unknown): Fault =>
  new Fault(
    'hub-away',
    `No hub answers at ${url} (${reasonOf(error)}). Start it with "caps hub", or name another address with --url.`,
    { cause: error },
  )

interface Refusal {
  readonly code: string
  readonly message: string
}

const isRefusal = (body: unknown): body is Refusal =>
  typeof body === 'object' && body !== null && 'code' in body && 'message' in body

const KEY_ADVICE = 'Set CAPS_SECRET, in the environment or in .env, to the key that the hub has.'

/** Refusals of whoever asks, not of what is asked. */
const isOfAsker = (status: number): boolean => status === 401 || status === 403

const refusedFault = ({ url }: HubCall, status: number, { code, message }: Refusal): Fault => {
  const why = `${message.replace(/\.$/, '')} (${code}).`
  if (!isOfAsker(status)) return new Fault(code, `The hub at ${url} has not done it: ${why}`)
  const advice = code === 'token-missing' || code === 'token-invalid' ? ` ${KEY_ADVICE}` : ''
  return new Fault('refused', `The hub at ${url} refuses the command: ${why}${advice}`)
}

/** @returns what the hub has answered; @throws Fault when it has not done what it was asked for: `hub-away`, `refused`, or the code of its answer */
export const callHub = async (call: HubCall): Promise<unknown> => {
  const { url, keys, path } = call
  const request = {
    method: 'POST',
    headers: await headersFor(keys),
    body: JSON.stringify(call.body),
    // A hub sends nobody elsewhere, and the token is not for others.
    redirect: 'manual',
    signal: AbortSignal.timeout(PATIENCE_MS),
  } as const
  const { response, text } = await fetch(new URL(path, url), request)
    .then(async (response) => ({ response, text: await response.text() }))
    .catch((error: unknown) => {
      throw awayFault(url, error)
    })
  const body = jsonIn(text)
  if (response.ok && body !== undefined) return body
  if (isRefusal(body)) throw refusedFault(call, response.status, body)
  throw new Fault(
    'no-hub',
    `What answers at ${url} is no CAPS hub of this version (status ${response.status}).`,
  )
}

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

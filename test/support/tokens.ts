/** Keys and tokens that exist for one test only. */
import { randomBytes } from 'node:crypto'
import { type Keys, keysOf } from '../../hub/access/keys.ts'
import { signToken } from '../../hub/access/tokens.ts'

export const newSecret = (): string => randomBytes(32).toString('base64url')

/** @param texts of keys, the signing one first; one new key unless given */
export const newKeys = (...texts: readonly string[]): Keys =>
  keysOf((texts.length > 0 ? texts : [`test:${newSecret()}`]).join(','))!

export interface TokenSettings {
  readonly nowMs?: number
  readonly lifetimeMs?: number
  readonly order?: string
}

export const tokenFor = (
  keys: Keys,
  participant: string,
  { nowMs = Date.now(), lifetimeMs = 60_000, order }: TokenSettings = {},
): Promise<string> =>
  signToken(keys, { participant, ...(order === undefined ? {} : { order }) }, { nowMs, lifetimeMs })

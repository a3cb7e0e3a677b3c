/** The hub's key, for the commands and the launcher, which make tokens with it. */
import type { Keys } from '../../hub/access/keys.ts'
import { HUB_SETTINGS } from '../../hub/config.ts'
import { Fault } from '../../shared/fault.ts'

export const secretSetting = HUB_SETTINGS.secret

/** @throws Fault `configuration` when there is none */
export const requireKeys = (keys: Keys | null): Keys => {
  if (keys !== null) return keys
  throw new Fault(
    'configuration',
    'There is no key to make a token with: set CAPS_SECRET in the environment or in .env, to the same as the hub has. A hub without one runs open and asks for no tokens.',
  )
}

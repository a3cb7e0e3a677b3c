/** How long tokens live. */
import { DEFAULT_LIFETIME_MS, LONGEST_LIFETIME_MS } from '../../hub/access/tokens.ts'
import { durationSetting, type Setting } from '../../shared/settings.ts'

/** @param flag the variable is the same for all who make tokens */
export const lifetimeSetting = (flag: string): Setting<string> =>
  durationSetting(
    { variable: 'CAPS_TOKEN_LIFETIME', flag, help: 'how long a token lives' },
    {
      fallback: `${DEFAULT_LIFETIME_MS / 60_000}m`,
      minimum: '1s',
      maximum: `${LONGEST_LIFETIME_MS / 86_400_000}d`,
    },
  )

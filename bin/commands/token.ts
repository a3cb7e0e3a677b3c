/** `caps token`: one signed token on standard output, and nothing else there. */
import { orderKeyIn, ROLES, type Role } from '../../hub/access/identity.ts'
import { signToken, type TokenClaims } from '../../hub/access/tokens.ts'
import { ID_FORM } from '../../shared/actor-settings.ts'
import { Fault } from '../../shared/fault.ts'
import { driverId, ID_PATTERN, vendorId } from '../../shared/ids.ts'
import {
  durationIn,
  environmentOf,
  type Flags,
  optionalTextSetting,
  readSettings,
  type Setting,
  type SettingTable,
  type SettingValues,
} from '../../shared/settings.ts'
import { DEFAULT_TILL } from '../../vendor/config.ts'
import { lifetimeSetting } from './lifetime.ts'
import { printLine, runCommand } from './run-command.ts'
import { requireKeys, secretSetting } from './secret.ts'

const only = (flag: string, help: string) => ({ variable: null, flag, help })

const nameOption = (flag: string, help: string): Setting<string | null> =>
  optionalTextSetting(only(flag, help), new RegExp(ID_PATTERN), ID_FORM)

const roleSetting: Setting<Role | null> = {
  ...only('role', `whose token: ${ROLES.join(', ')}`),
  form: `one of ${ROLES.join(', ')}`,
  fallback: null,
  read: (text) => ROLES.find((role) => role === text) ?? null,
}

export const TOKEN_SETTINGS = {
  role: roleSetting,
  store: nameOption('store', "a vendor's store"),
  id: nameOption('id', `a vendor's till (default ${DEFAULT_TILL}), or the driver`),
  name: nameOption('name', "an observer's or operator's name (default main)"),
  order: {
    ...optionalTextSetting(only('order', 'STORE/ID: the one order that an observer may see')),
    form: 'a store and an order id with a slash between them',
    read: orderKeyIn,
  },
  lifetime: lifetimeSetting('lifetime'),
  secret: secretSetting,
} as const satisfies SettingTable

type Asked = SettingValues<typeof TOKEN_SETTINGS>
type Option = 'store' | 'id' | 'name' | 'order'

/** Which options a role takes, and those that it needs. */
const OPTIONS: Readonly<Record<Role, Partial<Record<Option, 'needed' | 'possible'>>>> = {
  vendor: { store: 'needed', id: 'possible' },
  driver: { id: 'needed' },
  observer: { name: 'possible', order: 'possible' },
  operator: { name: 'possible' },
}

const mistakesIn = (role: Role, asked: Asked): string[] =>
  (['store', 'id', 'name', 'order'] as const).flatMap((option) => {
    const use = OPTIONS[role][option]
    if (asked[option] === null)
      return use === 'needed' ? [`  --${option}: a token of a ${role} needs it`] : []
    return use === undefined ? [`  --${option}: a token of the role ${role} has none`] : []
  })

const participantOf = (role: Role, { store, id, name }: Asked): string => {
  if (role === 'vendor') return vendorId(store ?? '', id ?? DEFAULT_TILL)
  return role === 'driver' ? driverId(id ?? '') : `${role}/${name ?? 'main'}`
}

/** @throws Fault `configuration` */
export const claimsOf = (asked: Asked): TokenClaims => {
  const { role, order } = asked
  const mistakes = role === null ? [`  --role: expected ${roleSetting.form}`] : mistakesIn(role, asked)
  if (role === null || mistakes.length > 0)
    throw new Fault('configuration', `That makes no token:\n${mistakes.join('\n')}`)
  const participant = participantOf(role, asked)
  return order === null ? { participant } : { participant, order }
}

const printToken = async (flags: Flags): Promise<void> => {
  const asked = readSettings(TOKEN_SETTINGS, { flags, environment: environmentOf(process.env) })
  const claims = claimsOf(asked)
  const life = { nowMs: Date.now(), lifetimeMs: durationIn(asked.lifetime)! }
  await printLine(await signToken(requireKeys(asked.secret), claims, life))
}

export const runToken = (flags: Flags): Promise<never> => runCommand(() => printToken(flags))

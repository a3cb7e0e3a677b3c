/** The vendor's settings; the only place that reads its environment. */
import { ACTOR_SETTINGS, ID_FORM, idSetting } from '../shared/actor-settings.ts'
import { isId } from '../shared/ids.ts'
import {
  choiceSetting,
  environmentOf,
  type Flags,
  optionalTextSetting,
  readSettings,
  type Setting,
  type SettingTable,
  type SettingValues,
  wholeNumberSetting,
} from '../shared/settings.ts'

export const DEFAULT_STORES: readonly string[] = ['1-206-flowers', 'acme-widgets']

const storesSetting: Setting<readonly string[]> = {
  variable: 'CAPS_STORE',
  flag: 'store',
  help: `the store, or a comma list: its first store that no live process of this data folder serves (default ${DEFAULT_STORES.join(',')})`,
  form: `names of ${ID_FORM}, with commas between them`,
  fallback: DEFAULT_STORES,
  read(text) {
    const stores = text.split(',').map((store) => store.trim())
    return stores.every(isId) ? stores : null
  },
}

const MOST_ORDERS_A_SECOND = 10_000

/** Orders a second; 0.5 is one every two seconds, 0 none. */
export const rateSetting: Setting<number> = {
  variable: 'CAPS_RATE',
  flag: 'rate',
  help: 'orders a second; 0 makes none',
  form: `a number from 0 to ${MOST_ORDERS_A_SECOND}`,
  fallback: 1,
  read: (text) => (/^\d+(\.\d+)?$/.test(text) && Number(text) <= MOST_ORDERS_A_SECOND ? Number(text) : null),
}

export const ordersSetting = wholeNumberSetting(
  {
    variable: 'CAPS_ORDERS',
    flag: 'orders',
    help: 'end when so many orders are thanked for; 0: without end',
  },
  { fallback: 0, minimum: 0, maximum: 1_000_000 },
)

export const seedSetting = optionalTextSetting(
  { variable: 'CAPS_SEED', flag: 'seed', help: 'the same seed makes the same orders' },
  /^.{1,64}$/,
  '1 to 64 characters',
)

export const VENDOR_SETTINGS = {
  stores: storesSetting,
  id: idSetting("the till's name (default main)"),
  orders: ordersSetting,
  rate: rateSetting,
  seed: seedSetting,
  whenDone: choiceSetting(
    {
      variable: 'CAPS_WHEN_DONE',
      flag: 'when-done',
      help: 'when all orders are thanked for: end, or stay and hear what other tills of the store do',
    },
    ['end', 'stay'],
    'end',
  ),
  ...ACTOR_SETTINGS,
} as const satisfies SettingTable

export type VendorSettings = SettingValues<typeof VENDOR_SETTINGS>

export const DEFAULT_TILL = 'main'

/** @throws Fault `configuration` */
export const readVendorSettings = (flags: Flags): VendorSettings =>
  readSettings(VENDOR_SETTINGS, { flags, environment: environmentOf(process.env) })

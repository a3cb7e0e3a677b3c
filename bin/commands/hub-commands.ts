/** `caps revoke` and `caps erase`: what an operator asks a running hub for. */
import { subjectOf } from '../../hub/access/identity.ts'
import { hubUrlSetting, ID_FORM } from '../../shared/actor-settings.ts'
import { Fault } from '../../shared/fault.ts'
import { isId } from '../../shared/ids.ts'
import { environmentOf, type Flags, readSettings, type SettingTable } from '../../shared/settings.ts'
import { callHub } from './hub-call.ts'
import { printLine, runCommand } from './run-command.ts'
import { secretSetting } from './secret.ts'

export const HUB_COMMAND_SETTINGS = {
  url: hubUrlSetting,
  secret: secretSetting,
} as const satisfies SettingTable

const unusable = (word: string, got: string, form: string): Fault =>
  new Fault('configuration', `${word}: got ${JSON.stringify(got)}, expected ${form}`)

/** Asks the hub and says that it is done. */
const ask = async (flags: Flags, asked: { path: string; body: object; done: string }): Promise<void> => {
  const environment = environmentOf(process.env)
  const { url, secret } = readSettings(HUB_COMMAND_SETTINGS, { flags, environment })
  await callHub({ url, keys: secret, path: asked.path, body: asked.body })
  await printLine(asked.done)
}

const revoke = async (flags: Flags, participant: string): Promise<void> => {
  if (subjectOf(participant) === null)
    throw unusable(
      'PARTICIPANT',
      participant,
      `vendor/STORE/ID, driver/ID, observer/NAME or operator/NAME, names of ${ID_FORM}`,
    )
  const done = `All tokens of ${participant} that were made until now are revoked.`
  await ask(flags, { path: '/api/revocations', body: { participant }, done })
}

const erase = async (flags: Flags, store: string, orderId: string): Promise<void> => {
  if (!isId(store)) throw unusable('STORE', store, ID_FORM)
  if (!isId(orderId)) throw unusable('ORDER', orderId, ID_FORM)
  const done = `The personal fields of order ${orderId} of ${store} are erased.`
  // An id may hold what has a meaning in a path.
  const path = `/api/orders/${encodeURIComponent(store)}/${encodeURIComponent(orderId)}/erase`
  await ask(flags, { path, body: {}, done })
}

export const runRevoke = (flags: Flags, [participant = '']: readonly string[]): Promise<never> =>
  runCommand(() => revoke(flags, participant))

export const runErase = (flags: Flags, [store = '', orderId = '']: readonly string[]): Promise<never> =>
  runCommand(() => erase(flags, store, orderId))

/** The hub's certificate and its key: read from files when the configuration is, and checked against each other. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Environment, Flags, Setting } from '../shared/settings.ts'
import { named } from './setting-rows.ts'

/** Both in PEM, the certificate with those between it and its authority. */
export interface Tls {
  readonly cert: string
  readonly key: string
}

const CERT = {
  ...named(
    'tls-cert',
    'PEM file of its certificate; with --tls-key the hub speaks https and wss, nothing else',
  ),
  fallback: null,
}
const KEY = { ...named('tls-key', 'PEM file of the private key of --tls-cert'), fallback: null }

/** null if the file cannot be read, or `check` throws. */
const read = (path: string, check: (pem: string) => unknown): string | null => {
  try {
    const pem = readFileSync(path, 'utf8')
    check(pem)
    return pem
  } catch {
    return null
  }
}

const certIn = (path: string): string | null => read(path, (pem) => new X509Certificate(pem))
const keyIn = (path: string): string | null => read(path, createPrivateKey)

const isKeyOf = (key: string, cert: string): boolean =>
  new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))

const certSetting: Setting<string | null> = {
  ...CERT,
  form: 'the path of a file with a certificate in PEM that can be read',
  read: certIn,
}

const keySettingFor = (certPath: string): Setting<string | null> => ({
  ...KEY,
  form: `the path of a file with the private key of the certificate in ${CERT.variable}, in PEM and without a passphrase`,
  read(path) {
    const [cert, key] = [certIn(certPath), keyIn(path)]
    return key === null || (cert !== null && !isKeyOf(key, cert)) ? null : key
  },
})

/** One without the other: it is not usable, whatever it is. */
const alone = (row: typeof CERT, other: typeof CERT): Setting<string | null> => ({
  ...row,
  form: `${other.variable} to be set as well: a certificate and its key belong together`,
  read: () => null,
})

const given = ({ flag, variable }: typeof CERT, from: { flags: Flags; environment: Environment }): string =>
  from.flags[flag] ?? from.environment[variable] ?? ''

/** The rows of certificate and key, for what else is configured. */
export const tlsSettings = (from: { flags: Flags; environment: Environment }) => {
  const [cert, key] = [given(CERT, from), given(KEY, from)]
  return {
    tlsCert: key === '' ? alone(CERT, KEY) : certSetting,
    tlsKey: cert === '' ? alone(KEY, CERT) : keySettingFor(cert),
  }
}

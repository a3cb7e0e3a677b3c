/** What a hub says when it takes connections: where it is, who can reach it, and who gets in. Pure. */

export interface StartedHub {
  /** What it listens on. */
  readonly host: string
  readonly port: number
  readonly reach: 'this machine' | 'one address' | 'all addresses'
  readonly hasTls: boolean
  /** Of the keys that it takes; null if it runs open. */
  readonly keys: readonly string[] | null
  readonly allowedOrigins: readonly string[]
  /** Where its data is, in words. */
  readonly place: string
  /** Of this machine, loopback left out. */
  readonly addresses: readonly string[]
}

const OPEN =
  'HUB: no key is configured, so the hub is open: whoever reaches this loopback address is who he says he is. Set CAPS_SECRET to ask for tokens'
const READABLE =
  'HUB: without TLS tokens and orders pass readable through the network: set CAPS_TLS_CERT and CAPS_TLS_KEY, or have a proxy in front of it'

const doorLine = (keys: readonly string[]): string =>
  `HUB: lets in who has a token that is signed with key ${keys.join(' or ')}, and nobody else`

const urlOf = ({ hasTls, port }: StartedHub, host: string): string =>
  `${hasTls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`

const reachLine = (hub: StartedHub): string => {
  const { host, reach, addresses, allowedOrigins } = hub
  const urls = (reach === 'all addresses' ? addresses : [host]).map((address) => urlOf(hub, address))
  const none = 'no address that this machine has now'
  const others =
    allowedOrigins.length > 0
      ? ` and the hosts of CAPS_ALLOWED_ORIGINS (${allowedOrigins.join(', ')})`
      : `; for ${urls.length > 0 ? 'another' : 'a'} name set CAPS_ALLOWED_ORIGINS`
  return `HUB: reached by other machines under ${urls.join(', ') || none}${others}`
}

export const startLines = (hub: StartedHub): string[] => {
  const { host, reach, keys, hasTls, place } = hub
  const here = urlOf(hub, reach === 'all addresses' ? 'localhost' : host)
  const lines = [`HUB: taking connections on ${here} (data in ${place})`]
  if (reach !== 'this machine') lines.push(reachLine(hub))
  if (reach !== 'this machine' && !hasTls) lines.push(READABLE)
  lines.push(keys === null ? OPEN : doorLine(keys))
  return lines
}

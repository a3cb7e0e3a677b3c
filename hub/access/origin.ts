/**
 * Browsers send the page's origin with every connection (https://developer.mozilla.org/docs/Web/HTTP/Headers/Origin) but those to the page's own host; programs send none. A page
 * of another origin must not reach a hub, not even one on localhost. A page whose name was made to mean this machine (DNS rebinding) would be of the hub's own origin, so a
 * hub answers to loopback's names, to the one that it listens on (to every address, if it listens on all) and to configured ones only. Pure.
 */
import { isIP } from 'node:net'

const LOOPBACK_HOST = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d{1,5})?$/i
const PORT = /:\d{1,5}$/

const WILDCARDS: readonly string[] = ['0.0.0.0', '::']

/** Does a hub that listens on this listen on every address of its machine? */
export const isWildcard = (host: string): boolean => WILDCARDS.includes(host)

export interface Site {
  /** Further origins, as `https://shop.example`; a proxy in front of the hub may pass their hosts on. */
  readonly allowedOrigins: readonly string[]
  /** What the hub listens on: an address or a name, without a port. */
  readonly host: string
}

export interface Origins {
  readonly origin?: string | undefined
  readonly host?: string | undefined
}

/** As it stands in a Host header. */
const inHeader = (host: string): string => (host.includes(':') ? `[${host}]` : host).toLowerCase()

/** Nobody can make an address, unlike a name, mean another machine. */
const isAddress = (host: string): boolean => isIP(host.replace(PORT, '').replace(/^\[(.*)\]$/, '$1')) !== 0

const isOwnHost = (host: string, { allowedOrigins, host: own }: Site): boolean =>
  LOOPBACK_HOST.test(host) ||
  host.replace(PORT, '').toLowerCase() === inHeader(own) ||
  (isWildcard(own) && isAddress(host)) ||
  allowedOrigins.some((other) => other.split('//', 2)[1] === host)

/** What whoever is refused so is told. */
export const FOREIGN_ORIGIN =
  'The hub does not answer to this host, or not to pages of this origin. Name the origin in CAPS_ALLOWED_ORIGINS at the hub.'

/** May this request be answered at all? It must be for a host of ours, whoever asks. */
export const isOriginAllowed = ({ origin, host = '' }: Origins, site: Site): boolean =>
  isOwnHost(host, site) &&
  (origin === undefined ||
    site.allowedOrigins.includes(origin) ||
    [`http://${host}`, `https://${host}`].includes(origin))

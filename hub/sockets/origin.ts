/**
 * Browsers send the page's origin with every connection (https://developer.mozilla.org/docs/Web/HTTP/Headers/Origin) but those to the page's own host; programs send none. A page
 * of another origin must not reach a hub, not even one on localhost. A page whose name was made to mean this machine (DNS rebinding) would be of the hub's own origin, so a
 * hub on loopback answers to loopback's names only. Pure.
 */

const LOOPBACK_HOST = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d{1,5})?$/i

/** @param allowed further origins, as `https://shop.example`; a proxy in front of the hub may pass their hosts on */
export const isOriginAllowed = (
  headers: { readonly origin?: string | undefined; readonly host?: string | undefined },
  allowed: readonly string[],
): boolean => {
  const { origin, host = '' } = headers
  const isOwnHost = LOOPBACK_HOST.test(host) || allowed.some((other) => other.split('//', 2)[1] === host)
  if (origin === undefined) return isOwnHost
  return allowed.includes(origin) || (isOwnHost && [`http://${host}`, `https://${host}`].includes(origin))
}

/**
 * Browsers send the page's origin with every connection (https://developer.mozilla.org/docs/Web/HTTP/Headers/Origin); programs send none. A page of another origin must not reach
 * a hub, not even one on localhost. Pure.
 */

/** @param allowed further origins, as `https://shop.example` */
export const isOriginAllowed = (
  headers: { readonly origin?: string | undefined; readonly host?: string | undefined },
  allowed: readonly string[],
): boolean => {
  const { origin, host } = headers
  if (origin === undefined) return true
  if (allowed.includes(origin)) return true
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`)
}

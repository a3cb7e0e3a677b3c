/** Addresses, as far as they are told and counted. Pure. */
import { isIPv4, isIPv6 } from 'node:net'

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i
const HEXTETS = 8

/** IPv4 that came over a socket of IPv6 is IPv4. */
const plain = (address: string): string => MAPPED.exec(address)?.[1] ?? address

/** The eight parts of an address of IPv6, without a zone. */
const hextetsOf = (address: string): string[] => {
  const [head = '', tail] = address.split('%', 1)[0]!.split('::')
  const partsOf = (text: string) => (text === '' ? [] : text.split(':'))
  const [first, last] = [partsOf(head), tail === undefined ? [] : partsOf(tail)]
  const missing = HEXTETS - first.length - last.length
  return [...first, ...Array<string>(Math.max(0, missing)).fill('0'), ...last]
}

const prefixOf = (address: string, hextets: number): string =>
  `${hextetsOf(address).slice(0, hextets).join(':')}::/${hextets * 16}`

export const isLoopbackAddress = (address: string): boolean =>
  plain(address).startsWith('127.') || address === '::1'

/** What counts as one address: whoever has one of IPv6 has all of its /64 (RFC 4291). */
export const placeOf = (address: string): string =>
  isIPv6(plain(address)) ? prefixOf(address, 4) : plain(address)

/** For the log: an operator sees where it comes from, and nobody is named. */
export const networkOf = (address: string): string => {
  const known = plain(address)
  if (isIPv4(known)) return `${known.split('.').slice(0, 3).join('.')}.0/24`
  return isIPv6(known) ? prefixOf(known, 3) : 'unknown'
}

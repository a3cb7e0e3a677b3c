import { crc32 } from 'node:zlib'

const DIGITS = 8

const checksumOf = (text: string): string => crc32(text).toString(16).padStart(DIGITS, '0')

/** The text behind its CRC-32, as eight hexadecimal digits (https://nodejs.org/docs/latest-v20.x/api/zlib.html#zlibcrc32data-value). */
export const sealed = (text: string): string => checksumOf(text) + text

/** The text that was sealed; null when it is not the one that was written. */
export const unsealed = (value: string): string | null => {
  const text = value.slice(DIGITS)
  return checksumOf(text) === value.slice(0, DIGITS) ? text : null
}

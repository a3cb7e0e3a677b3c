import { crc32 } from 'node:zlib'

const DIGITS = 8

const checksumOf = (key: string, text: string): string =>
  crc32(text, crc32(key)).toString(16).padStart(DIGITS, '0')

/** The text behind the CRC-32 of its key and itself, as eight hexadecimal digits (https://nodejs.org/docs/latest-v20.x/api/zlib.html#zlibcrc32data-value). */
export const sealed = (key: string, text: string): string => checksumOf(key, text) + text

/** The text that was sealed; null when it is not the one that was written under this key. */
export const unsealed = (key: string, value: string): string | null => {
  const text = value.slice(DIGITS)
  return checksumOf(key, text) === value.slice(0, DIGITS) ? text : null
}

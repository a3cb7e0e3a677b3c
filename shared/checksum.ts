import { crc32 } from 'node:zlib'

export const CHECKSUM_DIGITS = 8

/** CRC-32 of a key and what is behind it, as hexadecimal digits. */
export const checksumOf = (key: string, content: string | Uint8Array): string =>
  crc32(content, crc32(key)).toString(16).padStart(CHECKSUM_DIGITS, '0')

/** The text behind the CRC-32 of its key and itself, as eight hexadecimal digits (https://nodejs.org/docs/latest-v20.x/api/zlib.html#zlibcrc32data-value). */
export const sealed = (key: string, text: string): string => checksumOf(key, text) + text

/** The text that was sealed; null when it is not the one that was written under this key. */
export const unsealed = (key: string, value: string): string | null => {
  const text = value.slice(CHECKSUM_DIGITS)
  return checksumOf(key, text) === value.slice(0, CHECKSUM_DIGITS) ? text : null
}

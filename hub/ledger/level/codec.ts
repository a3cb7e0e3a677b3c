/**
 * A value on disk: eight hexadecimal digits of CRC-32 over its key and the text that follows, which is JSON. classic-level does not let LevelDB check its blocks, and LevelDB cannot know what happened
 * before it got the bytes; a value that does not match, or lies under another key than its own, is reported and never served.
 */
import { crc32 } from 'node:zlib'
import { Fault } from '../../../shared/fault.ts'
import { FORMAT_KEY } from './keys.ts'

const CHECKSUM_LENGTH = 8

/** The format's own value is sealed without its key, as it was in format 1, so that every version can tell what it has before it. */
const checksumOf = (key: string, json: string): string =>
  crc32(json, key === FORMAT_KEY ? 0 : crc32(key))
    .toString(16)
    .padStart(CHECKSUM_LENGTH, '0')

/** A value that is JSON already. */
export const seal = (key: string, json: string): string => checksumOf(key, json) + json

export const encode = (key: string, value: unknown): string => seal(key, JSON.stringify(value))

/**
 * What is behind the checksum.
 * @throws Fault `corrupt` if that does not match
 */
export const unseal = (key: string, text: string): string => {
  const json = text.slice(CHECKSUM_LENGTH)
  if (checksumOf(key, json) !== text.slice(0, CHECKSUM_LENGTH))
    throw new Fault(
      'corrupt',
      `The value of ${key} in the data folder is damaged: its checksum does not match. Restore the folder from a backup, or check the disk.`,
    )
  return json
}

/** @throws Fault `corrupt` if the checksum does not match */
export const decode = <T>(key: string, text: string): T => JSON.parse(unseal(key, text)) as T

/**
 * A value on disk: eight hexadecimal digits of CRC-32 over the JSON that follows. LevelDB checks its own blocks only where asked to, and not what happened
 * before it got the bytes; a value that does not match is reported and never served.
 */
import { crc32 } from 'node:zlib'
import { Fault } from '../../../shared/fault.ts'

const CHECKSUM_LENGTH = 8

const checksumOf = (json: string): string => crc32(json).toString(16).padStart(CHECKSUM_LENGTH, '0')

export const encode = (value: unknown): string => {
  const json = JSON.stringify(value)
  return checksumOf(json) + json
}

/**
 * @param key names the value in the fault
 * @throws Fault `corrupt` if the checksum does not match
 */
export const decode = <T>(key: string, text: string): T => {
  const json = text.slice(CHECKSUM_LENGTH)
  if (checksumOf(json) !== text.slice(0, CHECKSUM_LENGTH))
    throw new Fault(
      'corrupt',
      `The value of ${key} in the data folder is damaged: its checksum does not match. Restore the folder from a backup, or check the disk.`,
    )
  return JSON.parse(json) as T
}

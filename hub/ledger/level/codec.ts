/**
 * A value on disk: eight hexadecimal digits of CRC-32 over its key and the text that follows, which is JSON. classic-level does not let LevelDB check its blocks, and LevelDB cannot know what happened
 * before it got the bytes; a value that does not match, or lies under another key than its own, is reported and never served.
 */
import { sealed, unsealed } from '../../../shared/checksum.ts'
import { Fault } from '../../../shared/fault.ts'
import { FORMAT_KEY } from './keys.ts'

/** The format's own value is sealed without its key, as it was in format 1, so that every version can tell what it has before it. */
const sealOf = (key: string): string => (key === FORMAT_KEY ? '' : key)

/** A value that is JSON already. */
export const seal = (key: string, json: string): string => sealed(sealOf(key), json)

export const encode = (key: string, value: unknown): string => seal(key, JSON.stringify(value))

export const damaged = (key: string): Fault =>
  new Fault(
    'corrupt',
    `The value of ${key} in the data folder is damaged: its checksum does not match. Restore the folder from a backup, or check the disk.`,
  )

/**
 * What is behind the checksum.
 * @throws Fault `corrupt` if that does not match
 */
export const unseal = (key: string, text: string): string => {
  const json = unsealed(sealOf(key), text)
  if (json === null) throw damaged(key)
  return json
}

/** @throws Fault `corrupt` if the checksum does not match */
export const decode = <T>(key: string, text: string): T => JSON.parse(unseal(key, text)) as T

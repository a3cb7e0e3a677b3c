/** A message that many get, encoded once. */
import { JSON_TEXT, jsonOf } from '../../../shared/json-text.ts'

/** Gives the same message, which from now on knows its JSON: it must not change any more. */
export const encodedOnce = <T extends object>(message: T): T =>
  Object.defineProperty(message, JSON_TEXT, { value: jsonOf(message) })

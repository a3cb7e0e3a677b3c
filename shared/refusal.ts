import { CODES, type RefusalCode } from './codes.ts'
import type { Refused } from './protocol.ts'

/** A refusal as it goes over the wire; whether it is temporary is the code table's to say. */
export const refusal = (
  code: RefusalCode,
  message: string,
  more: Pick<Refused, 'fields' | 'retryAfterMs'> = {},
): Refused => ({ ok: false, code, temporary: CODES[code].temporary, message, ...more })

/** How to get a token, for those who lack a good one. Pure. */
import type { RefusalCode } from './codes.ts'

/** The words after `caps` that make a token of a participant. */
export const tokenCommandOf = (participant: string): string => {
  const [role, ...names] = participant.split('/')
  return role === 'vendor'
    ? `token --role vendor --store ${names[0]} --id ${names[1]}`
    : `token --role ${role} --id ${names[0]}`
}

/** What is wrong with the token of a participant, by the code with which the hub has refused it. */
const WHAT: Partial<Readonly<Record<RefusalCode, string>>> = {
  'token-missing': 'asks for a token, and there is none here',
  'token-expired': 'says that the token has expired',
  'token-invalid': 'does not know the token: it was made with another key, or is cut off',
  'token-revoked': 'says that the tokens made so far have been revoked',
  'token-mismatch': 'says that the token is another participant’s',
  'wrong-role': 'says that the token is neither a vendor’s nor a driver’s',
}

/** A sentence on what is wrong and one on what to do; null if the refusal is not about the token. */
export const tokenAdvice = (
  code: RefusalCode,
  { participant, url }: { participant: string; url: string },
): string | null => {
  const what = WHAT[code]
  if (what === undefined) return null
  return `the hub at ${url} ${what} (${code}). Whoever has the hub's key makes a token of ${participant} with "npx caps ${tokenCommandOf(participant)}": start again with it in CAPS_TOKEN.`
}

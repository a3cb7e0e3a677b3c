/** `POST /api/revocations`, with `{ participant }`: ends all tokens of a participant that were made until now, and its open connection. */
import Type from 'typebox'
import { decoderOf } from '../../shared/messages.ts'
import type { Access, Revoked } from '../access/access.ts'
import { subjectOf } from '../access/identity.ts'
import { refusalAnswer } from './answers.ts'
import type { Route } from './router.ts'

const decode = decoderOf(
  Type.Object({ participant: Type.String({ maxLength: 200 }) }, { additionalProperties: false }),
)

const REFUSALS: Readonly<Record<Exclude<Revoked, 'revoked'>, string>> = {
  'runs-open': 'This hub has no key and asks for no tokens, so there is nothing to revoke.',
  'too-many-revocations':
    'The hub keeps no more revocations. Replace its key: that ends all tokens that the old one has signed.',
}

const PARTICIPANT_FORM =
  'participant: expected vendor/<store>/<id>, driver/<id>, observer/<name> or operator/<name>'

export const revocationRoute = (access: Pick<Access, 'revoke'>): Route => ({
  method: 'POST',
  path: '/api/revocations',
  right: 'operate',
  async handle({ body }) {
    const decoded = decode(body)
    if (!decoded.ok) return refusalAnswer('bad-request', decoded.message)
    const subject = subjectOf(decoded.value.participant)
    if (subject === null) return refusalAnswer('bad-request', PARTICIPANT_FORM)
    const { participant } = subject
    const revoked = await access.revoke(participant)
    return revoked === 'revoked'
      ? { status: 200, body: { ok: true, participant } }
      : refusalAnswer(revoked, REFUSALS[revoked])
  },
})

import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { DETAILS_LIMITS } from '../../shared/details.ts'
import {
  HandoverReplySchema,
  HandshakeSchema,
  INBOUND_SCHEMAS,
  PROTOCOL_VERSION,
  PublicationSchema,
} from '../../shared/messages.ts'

/** JSON with its keys in order, so that moving a line changes nothing. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  )

const SPOKEN = {
  inbound: INBOUND_SCHEMAS,
  handshake: HandshakeSchema,
  publication: PublicationSchema,
  handoverReply: HandoverReplySchema,
  details: DETAILS_LIMITS,
}

/**
 * The idea is rocicorp's (zero-protocol, protocol-version.test.ts). When this fails, a message has changed. Decide:
 * - A client of before still has all its messages accepted, with the same meaning (a new optional field, a wider limit): record the new hash.
 * - It has not (a new required field, a narrower limit, another type): raise PROTOCOL_VERSION, let the hub go on speaking the old version for as long as such clients
 *   may connect, say in docs/PROTOCOL.md what is different, and record version and hash.
 */
const RECORDED = {
  version: 1,
  hash: 'c1c0e7b95bd68147da36232c4c7a332407465804aceebf38d56a246f8bf2aaad',
}

describe('protocol version', () => {
  it('[MS8] belongs to the schemas of all that a peer may send', () => {
    const hash = createHash('sha256').update(canonical(SPOKEN)).digest('hex')
    expect({ version: PROTOCOL_VERSION, hash }).to.deep.equal(RECORDED)
  })

  it('[MS8] hashes what a schema allows', () => {
    expect(canonical(SPOKEN))
      .to.include('"maxLength":200')
      .and.include('"required":["store","orderId","customer","address"]')
  })
})

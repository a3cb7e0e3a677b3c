import { expect } from 'chai'
import { keysOf, SHORTEST_SECRET } from '../../../hub/access/keys.ts'
import { newSecret } from '../../support/tokens.ts'

const LONG_ENOUGH = 'x'.repeat(SHORTEST_SECRET)
const idsOf = (text: string): string[] | null => {
  const keys = keysOf(text)
  return keys && [...keys.verifying.keys()]
}

describe('keys', () => {
  it('[AC4] are one or two, of which the first one signs', () => {
    const [first, second] = [newSecret(), newSecret()]
    const keys = keysOf(`new:${first},old:${second}`)!
    expect(keys.signing.id).to.equal('new')
    expect(new TextDecoder().decode(keys.signing.secret)).to.equal(first)
    expect(idsOf(`new:${first},old:${second}`)).to.deep.equal(['new', 'old'])
  })

  it('[AC5] have the id default unless they name one', () => {
    expect(idsOf(newSecret())).to.deep.equal(['default'])
    expect(idsOf(`${newSecret()},old:${newSecret()}`)).to.deep.equal(['default', 'old'])
  })

  const NONE: readonly (readonly [what: string, text: string])[] = [
    ['nothing', ''],
    ['a secret that is too short', 'x'.repeat(SHORTEST_SECRET - 1)],
    ['a secret that is long enough only with its id', `key:${'x'.repeat(SHORTEST_SECRET - 1)}`],
    ['a second one that is too short', `a:${LONG_ENOUGH},b:short`],
    ['three of them', `a:${LONG_ENOUGH},b:${LONG_ENOUGH},c:${LONG_ENOUGH}`],
    ['two of one id', `a:${LONG_ENOUGH},a:${newSecret()}`],
    ['two without an id', `${newSecret()},${newSecret()}`],
    ['a comma at the end', `a:${LONG_ENOUGH},`],
    ['a line break', `a:${LONG_ENOUGH}\n`],
    ['a blank in the middle', `a:${LONG_ENOUGH} ${LONG_ENOUGH}`],
    ['letters beyond ASCII', `a:${'é'.repeat(SHORTEST_SECRET)}`],
  ]
  for (const [what, text] of NONE)
    it(`[AC5] are not ${what}`, () => {
      expect(keysOf(text)).to.equal(null)
    })
})

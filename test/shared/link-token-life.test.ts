import { expect } from 'chai'
import { renewInMs } from '../../shared/link/token-life.ts'
import { tokenLiving, tokenText } from './token-texts.ts'

const NOW_MS = Date.UTC(2026, 0, 1)
const MINUTE_MS = 60_000

describe('link: life of a token', () => {
  it('[LK56] is renewed after 60 to 70 % of its life, by chance', () => {
    const token = tokenLiving(NOW_MS, 15 * MINUTE_MS)
    expect([0, 0.5, 1].map((random) => renewInMs(token, NOW_MS, random))).to.deep.equal([
      9 * MINUTE_MS,
      9.75 * MINUTE_MS,
      10.5 * MINUTE_MS,
    ])
  })

  it('[LK56] counts what is left of one that is not new', () => {
    expect(renewInMs(tokenLiving(NOW_MS - 10 * MINUTE_MS, 15 * MINUTE_MS), NOW_MS, 0)).to.equal(3 * MINUTE_MS)
  })

  it('[LK56] counts its whole life where our clock is behind the hub’s, or far ahead', () => {
    const lifetimeMs = 15 * MINUTE_MS
    for (const offMs of [-60 * MINUTE_MS, 60 * MINUTE_MS])
      expect(renewInMs(tokenLiving(NOW_MS + offMs, lifetimeMs), NOW_MS, 0)).to.equal(9 * MINUTE_MS)
  })

  it('[LK56] is not renewed more often than once a second', () => {
    expect(renewInMs(tokenLiving(NOW_MS, 10), NOW_MS, 0)).to.equal(1000)
    expect(renewInMs(tokenText({ iat: 5, exp: 4 }), NOW_MS, 0)).to.equal(1000)
  })

  it('[LK56] is renewed within half an hour if only its end is known, and that not to be trusted', () => {
    expect(renewInMs(tokenText({ exp: NOW_MS / 1000 + 3600 }), NOW_MS, 0)).to.equal(18 * MINUTE_MS)
  })

  for (const token of [
    undefined,
    '',
    'a.b.c',
    'opaque',
    tokenText({}),
    tokenText({ exp: 'soon' }),
    `a.${'é'}.c`,
  ])
    it(`[LK56] is not renewed if it does not say when it ends: ${token}`, () => {
      expect(renewInMs(token, NOW_MS, 0)).to.equal(null)
    })
})

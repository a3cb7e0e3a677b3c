import { expect } from 'chai'
import { isOriginAllowed } from '../../../hub/sockets/origin.ts'

const SHOP = 'https://shop.example'

const mayConnect = (origin: string | undefined, host: string | undefined): boolean =>
  isOriginAllowed({ origin, host }, [SHOP])

describe('origin', () => {
  for (const host of ['localhost:3001', 'LOCALHOST', '127.0.0.1:3001', '127.8.0.1', '[::1]:3001'])
    it(`[SK9] lets in a program that calls the hub ${host}, and the hub's own page there`, () => {
      expect(mayConnect(undefined, host)).to.equal(true)
      expect(mayConnect(`http://${host}`, host)).to.equal(true)
    })

  it('[SK9] lets in a page of a configured origin, also through its own host', () => {
    expect(mayConnect(SHOP, 'localhost:3001')).to.equal(true)
    expect(mayConnect(SHOP, 'shop.example')).to.equal(true)
    expect(mayConnect(undefined, 'shop.example')).to.equal(true)
  })

  const FOREIGN = [
    'https://evil.example',
    'http://localhost:3002',
    'http://localhost',
    'http://127.0.0.1:3001',
    'http://shop.example',
    'https://shop.example.evil.example',
    'null',
    '',
  ]
  for (const origin of FOREIGN)
    it(`[SK9] keeps out a page of ${origin || 'no origin'} at localhost:3001`, () => {
      expect(mayConnect(origin, 'localhost:3001')).to.equal(false)
    })

  for (const host of [
    'evil.example:3001',
    '127.0.0.1.evil.example',
    'localhost.evil.example:3001',
    undefined,
  ])
    it(`[SK9] keeps out a page whose own host ${host} was made to mean this machine`, () => {
      expect(mayConnect(`http://${host}`, host)).to.equal(false)
      expect(mayConnect(undefined, host)).to.equal(false)
    })
})

import { expect } from 'chai'
import { isOriginAllowed } from '../../../hub/access/origin.ts'

const SHOP = 'https://shop.example'

const mayAsk = (origin: string | undefined, host: string | undefined, listening = '127.0.0.1'): boolean =>
  isOriginAllowed({ origin, host }, { allowedOrigins: [SHOP], host: listening })

describe('origin', () => {
  for (const host of ['localhost:3001', 'LOCALHOST', '127.0.0.1:3001', '127.8.0.1', '[::1]:3001'])
    it(`[SK9] lets in a program that calls the hub ${host}, and the hub's own page there`, () => {
      expect(mayAsk(undefined, host)).to.equal(true)
      expect(mayAsk(`http://${host}`, host)).to.equal(true)
    })

  it('[SK9] lets in a page of a configured origin, also through its own host', () => {
    expect(mayAsk(SHOP, 'localhost:3001')).to.equal(true)
    expect(mayAsk(SHOP, 'shop.example')).to.equal(true)
    expect(mayAsk(undefined, 'shop.example')).to.equal(true)
  })

  for (const [listening, host] of [
    ['10.0.0.7', '10.0.0.7:3001'],
    ['Hub.Example', 'hub.example'],
    ['fd00::7', '[fd00::7]:3001'],
  ] as const)
    it(`[AC20] answers under the name ${listening} that it listens on, and to its own page there`, () => {
      expect(mayAsk(undefined, host, listening)).to.equal(true)
      expect(mayAsk(`https://${host}`, host, listening)).to.equal(true)
      expect(mayAsk(undefined, host)).to.equal(false)
    })

  for (const listening of ['0.0.0.0', '::'])
    it(`[AC20] answers under every address, and under no foreign name, when it listens on ${listening}`, () => {
      for (const host of [
        '192.168.1.5:3001',
        '10.0.0.7',
        '[fd00::7]:3001',
        'localhost:3001',
        'shop.example',
      ]) {
        expect(mayAsk(undefined, host, listening), host).to.equal(true)
        if (host !== 'shop.example') expect(mayAsk(`https://${host}`, host, listening)).to.equal(true)
      }
      for (const host of [
        'evil.example',
        '10.0.0.7.evil.example',
        '10.0.0.7@evil.example',
        '[evil]',
        '10.7',
        '',
      ])
        expect(mayAsk(undefined, host, listening), host).to.equal(false)
      expect(mayAsk('https://evil.example', '10.0.0.7', listening)).to.equal(false)
    })

  it('[AC20] answers under no name that only begins or ends like its own', () => {
    for (const host of [
      '10.0.0.7.evil.example',
      'x10.0.0.7',
      '10.0.0.70',
      '10.0.0.7:3001:1',
      '10.0.0.7@evil',
    ])
      expect(mayAsk(undefined, host, '10.0.0.7'), host).to.equal(false)
  })

  it('[AC20] answers a page of a configured origin only under a name of its own', () => {
    expect(mayAsk(SHOP, 'evil.example')).to.equal(false)
    expect(mayAsk(SHOP, undefined)).to.equal(false)
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
      expect(mayAsk(origin, 'localhost:3001')).to.equal(false)
    })

  for (const host of [
    'evil.example:3001',
    '127.0.0.1.evil.example',
    'localhost.evil.example:3001',
    undefined,
  ])
    it(`[SK9] keeps out a page whose own host ${host} was made to mean this machine`, () => {
      expect(mayAsk(`http://${host}`, host)).to.equal(false)
      expect(mayAsk(undefined, host)).to.equal(false)
    })
})

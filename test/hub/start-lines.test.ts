import { expect } from 'chai'
import { type StartedHub, startLines } from '../../hub/start-lines.ts'

const OPEN: StartedHub = {
  host: '127.0.0.1',
  port: 3001,
  reach: 'this machine',
  hasTls: false,
  keys: null,
  allowedOrigins: [],
  place: 'data/hub',
  addresses: [],
}
const keyed = (more: Partial<StartedHub>): string[] => startLines({ ...OPEN, keys: ['a'], ...more })

describe('the first lines of a hub', () => {
  it('[HB1][HB3] say where an open hub is, and that it is open', () => {
    expect(startLines(OPEN)).to.deep.equal([
      'HUB: taking connections on http://127.0.0.1:3001 (data in data/hub)',
      'HUB: no key is configured, so the hub is open: whoever reaches this loopback address is who he says he is. Set CAPS_SECRET to ask for tokens',
    ])
    expect(startLines({ ...OPEN, host: '::1' })[0]).to.include('http://[::1]:3001 ')
  })

  it('[HB3] say of a hub with a key on loopback who gets in, and nothing of other machines', () => {
    expect(keyed({})).to.deep.equal([
      'HUB: taking connections on http://127.0.0.1:3001 (data in data/hub)',
      'HUB: lets in who has a token that is signed with key a, and nobody else',
    ])
  })

  it('[HB11] name for a hub on all addresses one that can be used, and those under which others reach it', () => {
    const addresses = ['192.168.1.5', 'fd00::7']
    for (const host of ['0.0.0.0', '::'])
      expect(
        keyed({
          host,
          reach: 'all addresses',
          hasTls: true,
          addresses,
          allowedOrigins: ['https://shop.example'],
        }),
      ).to.deep.equal([
        'HUB: taking connections on https://localhost:3001 (data in data/hub)',
        'HUB: reached by other machines under https://192.168.1.5:3001, https://[fd00::7]:3001 and the hosts of CAPS_ALLOWED_ORIGINS (https://shop.example)',
        'HUB: lets in who has a token that is signed with key a, and nobody else',
      ])
  })

  it('[HB11] say what to set for another name, and what to do where nothing is encrypted', () => {
    expect(keyed({ host: 'hub.example', reach: 'one address', port: 80 }).slice(0, 3)).to.deep.equal([
      'HUB: taking connections on http://hub.example:80 (data in data/hub)',
      'HUB: reached by other machines under http://hub.example:80; for another name set CAPS_ALLOWED_ORIGINS',
      'HUB: without TLS tokens and orders pass readable through the network: set CAPS_TLS_CERT and CAPS_TLS_KEY, or have a proxy in front of it',
    ])
  })

  it('[HB11] say so when a hub on all addresses has none but loopback', () => {
    expect(keyed({ host: '0.0.0.0', reach: 'all addresses' })[1]).to.equal(
      'HUB: reached by other machines under no address that this machine has now; for a name set CAPS_ALLOWED_ORIGINS',
    )
  })
})

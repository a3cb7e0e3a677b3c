import { join } from 'node:path'
import { expect } from 'chai'
import { HUB_SETTINGS, readHubConfig } from '../../hub/config.ts'
import type { Flags } from '../../shared/settings.ts'
import { newSecret } from '../support/tokens.ts'

const faultOf = (flags: Flags, environment: Flags = {}): string => {
  try {
    readHubConfig(flags, environment)
  } catch (error) {
    return (error as Error).message
  }
  return 'no fault'
}

describe("the hub's configuration", () => {
  it('[CF1] has the defaults that docs/PROTOCOL.md tells', () => {
    const { host, port, folder, stopTimeMs, watermarkBytes, options } = readHubConfig({}, {})
    expect({ host, port, folder, stopTimeMs, watermarkBytes }).to.deep.equal({
      host: '127.0.0.1',
      port: 3001,
      folder: join('data', 'hub'),
      stopTimeMs: 5000,
      watermarkBytes: 256 * 1024 * 1024,
    })
    expect(options).to.include({
      ackTimeoutMs: 30_000,
      deliveryLimit: 10,
      driverGraceMs: 30_000,
      assignmentMs: 900_000,
      sessionExpiryMs: 7 * 86_400_000,
      orderRetentionMs: 30 * 86_400_000,
      deadLetterRetentionMs: 30 * 86_400_000,
      window: 100,
      greatestWindow: 20_000,
      windowBytes: 262_144,
      capacity: 4,
      greatestCapacity: 100_000,
      participantsPerStore: 16,
    })
  })

  it('[HB4] lists its own faults together with those of form, from flags and environment', () => {
    const lines = faultOf(
      { host: '0.0.0.0', port: 'x' },
      { CAPS_SECRET: 's3cret', CAPS_DATABASE_URL: 'postgres://me:password@db', CAPS_WINDOW: '0' },
    ).split('\n')
    expect(lines.slice(1).map((line) => line.trim().split(':')[0])).to.deep.equal([
      '--host',
      '--port',
      'CAPS_DATABASE_URL',
      'CAPS_SECRET',
      'CAPS_WINDOW',
    ])
  })

  it('[HB4] does not repeat what may be a secret', () => {
    const fault = faultOf({}, { CAPS_DATABASE_URL: 'postgres://me:password@db', CAPS_SECRET: 's3cret' })
    expect(fault).to.not.match(/s3cret|password/)
    expect(fault).to.include('CAPS_SECRET: got a value, expected one or two keys <key id>:<secret>')
  })

  for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost'])
    it(`[HB3] takes ${host}`, () => {
      expect(readHubConfig({ host }, {}).host).to.equal(host)
    })

  for (const host of [
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '127.0.0.1.example',
    '127.1',
    'example.org',
    ' ',
    '1270.0.0.1',
  ])
    it(`[HB3] does not take ${JSON.stringify(host)}`, () => {
      expect(faultOf({ host })).to.include('expected a loopback address')
    })

  it('[AC5] has the keys of CAPS_SECRET, which is no flag, and none without it', () => {
    const secret = newSecret()
    const { keys, options } = readHubConfig({}, { CAPS_SECRET: `a:${secret},${newSecret()}` })
    expect([...keys!.verifying.keys()]).to.deep.equal(['a', 'default'])
    expect(JSON.stringify(options)).to.not.include(secret)
    expect(readHubConfig({ secret }, { CAPS_SECRET: '' }).keys).to.equal(null)
    expect(HUB_SETTINGS.secret.flag).to.equal(null)
  })

  it('[AC18] takes any address once there is a key, and only then', () => {
    const withKey = { CAPS_SECRET: newSecret() }
    for (const host of ['0.0.0.0', '::', '10.0.0.1', 'hub.example', '127.0.0.1'])
      expect(readHubConfig({ host }, withKey).host).to.equal(host)
    for (const host of ['', 'a b', 'http://hub.example', 'hub.example:3001', '-x', 'a/b']) {
      const fault = faultOf({ host }, withKey)
      expect(fault).to.include('expected an address or a name of this machine')
    }
    expect(faultOf({ host: '10.0.0.1' }, { CAPS_SECRET: 'too short' })).to.include('Set CAPS_SECRET')
  })

  it('[SK9] takes origins of web pages, joined by commas, and nothing else for them', () => {
    const origins = (text: string) => readHubConfig({ 'allowed-origins': text }, {}).options.allowedOrigins
    expect(readHubConfig({}, {}).options.allowedOrigins).to.deep.equal([])
    expect(origins('https://shop.example,http://localhost:8080')).to.deep.equal([
      'https://shop.example',
      'http://localhost:8080',
    ])
    for (const text of [
      '*',
      'shop.example',
      'https://shop.example/',
      'https://a.example,',
      'ftp://a.example',
    ])
      expect(faultOf({ 'allowed-origins': text })).to.include('--allowed-origins')
  })
})

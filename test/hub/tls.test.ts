import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { readHubConfig } from '../../hub/config.ts'
import { type Certificate, hasOpenssl, newCertificate } from '../support/certificate.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const faultOf = (variables: Readonly<Record<string, string>>): string => {
  try {
    readHubConfig({}, variables)
    return 'no fault'
  } catch (error) {
    return (error as Error).message
  }
}

describe("the hub's certificate in its configuration", () => {
  let own: Certificate

  before(function () {
    if (hasOpenssl()) return
    console.log('      openssl is not here: certificates are not tested.')
    this.skip()
  })

  beforeEach(() => {
    own = newCertificate()
  })

  it('[TL5] is none unless both files are named', () => {
    expect(readHubConfig({}, { CAPS_TLS_CERT: '', CAPS_TLS_KEY: '' }).tls).to.equal(null)
    const alone = faultOf({ CAPS_TLS_CERT: own.certFile })
    expect(alone).to.include(`CAPS_TLS_CERT: got "${own.certFile}", expected CAPS_TLS_KEY to be set as well`)
    expect(faultOf({ CAPS_TLS_KEY: own.keyFile })).to.include('expected CAPS_TLS_CERT to be set as well')
  })

  it('[TL5] is read with its key, from flags or variables', () => {
    const { cert, key, certFile, keyFile } = own
    const { tls, options } = readHubConfig({ 'tls-cert': certFile }, { CAPS_TLS_KEY: keyFile })
    expect(tls).to.deep.equal({ cert, key })
    expect(JSON.stringify(options)).to.not.include('PRIVATE KEY')
  })

  it('[TL5] is refused if a file cannot be read or is something else, together with all other faults', () => {
    const other = join(temporaryFolder(), 'other')
    writeFileSync(other, 'no PEM')
    const lines = faultOf({ CAPS_TLS_CERT: other, CAPS_TLS_KEY: `${other}-not-there`, CAPS_PORT: 'x' })
    expect(lines).to.include('CAPS_PORT')
    expect(lines).to.include(`CAPS_TLS_CERT: got "${other}", expected the path of a file with a certificate`)
    expect(lines).to.include(`CAPS_TLS_KEY: got "${other}-not-there", expected the path of a file with the`)
  })

  it('[TL5] is refused with the key of another one', () => {
    const { keyFile } = newCertificate()
    const fault = faultOf({ CAPS_TLS_CERT: own.certFile, CAPS_TLS_KEY: keyFile })
    expect(fault).to.include(
      'expected the path of a file with the private key of the certificate in CAPS_TLS_CERT',
    )
    expect(fault).to.not.include('CAPS_TLS_CERT: got')
  })
})

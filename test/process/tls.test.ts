import { expect } from 'chai'
import { killLeftovers, startCaps, startCapsWith, startProcess } from '../support/caps-process.ts'
import { type Certificate, hasOpenssl, newCertificate } from '../support/certificate.ts'
import { type HubProcess, readyHub } from '../support/hub-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

describe('programs over TLS', function () {
  this.timeout(60_000)
  let certificate: Certificate
  let hub: HubProcess

  before(function () {
    if (hasOpenssl()) return
    console.log('      openssl is not here: programs over TLS are not tested.')
    this.skip()
  })

  beforeEach(async () => {
    certificate = newCertificate()
    const { certFile, keyFile } = certificate
    const variables = { CAPS_TLS_CERT: certFile, CAPS_TLS_KEY: keyFile }
    hub = await readyHub(startCapsWith(variables, 'hub', '--data-dir', temporaryFolder(), '--port', '0'))
  })

  afterEach(killLeftovers)

  const trusting = () => ({ NODE_EXTRA_CA_CERTS: certificate.certFile })
  const flags = () => ['--url', hub.url, '--data-dir', temporaryFolder()]

  it('[TL1][HB1] says its address as https, and serves vendor and driver that know its authority', async () => {
    expect(hub.url).to.equal(`https://127.0.0.1:${hub.port}`)
    const driver = startCapsWith(trusting(), 'driver', ...flags(), '--travel-ms', '10')
    const vendor = startCapsWith(
      trusting(),
      'vendor',
      ...flags(),
      '--store',
      'acme',
      '--orders',
      '2',
      '--rate',
      '20',
    )
    expect(await vendor.ended).to.equal(0)
    expect(vendor.lines.filter((line) => line.includes('Thank you for delivering'))).to.have.length(2)
    await driver.line('delivered')
  })

  it('[TL1] serves the link in a program of somebody else', async () => {
    const link = startProcess(process.execPath, ['examples/link.mjs', hub.url], trusting())
    expect(await link.ended).to.equal(0)
  })

  it('[TL6] keeps out of reach an actor that does not know the authority, which says so and tries again', async () => {
    const url = `https://localhost:${hub.port}`
    const vendor = startCaps('vendor', '--url', url, '--data-dir', temporaryFolder(), '--store', 'acme')
    expect(await vendor.line('waiting for the hub')).to.include('self-signed certificate')
    await vendor.line('try 2')
  })

  it('[TL5][HB4] ends with 2 when the key is of another certificate', async () => {
    const variables = { CAPS_TLS_CERT: certificate.certFile, CAPS_TLS_KEY: newCertificate().keyFile }
    const second = startCapsWith(variables, 'hub', '--data-dir', temporaryFolder(), '--port', '0')
    expect(await second.ended).to.equal(2)
    expect(second.lines.join('\n')).to.include('CAPS_TLS_KEY: got')
  })
})

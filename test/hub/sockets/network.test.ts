import { expect } from 'chai'
import { isLoopbackAddress, networkOf, placeOf } from '../../../hub/sockets/network.ts'

describe('networks', () => {
  it('[LM9] count all of a network of IPv6 that one peer has as one address', () => {
    expect(placeOf('203.0.113.7')).to.equal('203.0.113.7')
    expect(placeOf('::ffff:203.0.113.7')).to.equal('203.0.113.7')
    expect(placeOf('2001:db8:1:2::7')).to.equal('2001:db8:1:2::/64')
    expect(placeOf('2001:db8:1:2:ffff:1:2:3')).to.equal('2001:db8:1:2::/64')
    expect(placeOf('2001:db8:1:3::7')).not.to.equal(placeOf('2001:db8:1:2::7'))
    expect(placeOf('fe80::1%eth0')).to.equal('fe80:0:0:0::/64')
  })

  it('[LM15] are told to the log without the part that names a machine', () => {
    expect(networkOf('203.0.113.7')).to.equal('203.0.113.0/24')
    expect(networkOf('::ffff:203.0.113.7')).to.equal('203.0.113.0/24')
    expect(networkOf('2001:db8:1:2::7')).to.equal('2001:db8:1::/48')
    expect(networkOf('')).to.equal('unknown')
  })

  it('[LM9] know this machine', () => {
    for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])
      expect(isLoopbackAddress(address), address).to.equal(true)
    for (const address of ['128.0.0.1', '::2', '', '::ffff:10.0.0.1', 'localhost'])
      expect(isLoopbackAddress(address), address).to.equal(false)
  })
})

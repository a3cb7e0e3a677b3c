import { expect } from 'chai'
import { readSettings } from '../../shared/settings.ts'
import { VENDOR_SETTINGS } from '../../vendor/config.ts'

const read = (flags: Record<string, string>) => readSettings(VENDOR_SETTINGS, { flags, environment: {} })

const faultOf = (flags: Record<string, string>): string => {
  try {
    read(flags)
    return 'none'
  } catch (thrown) {
    return (thrown as Error).message
  }
}

describe('settings of a vendor', () => {
  it('[VN7] takes one store, or a list of them', () => {
    expect(read({ store: 'acme' }).stores).to.deep.equal(['acme'])
    expect(read({ store: 'acme, b' }).stores).to.deep.equal(['acme', 'b'])
    expect(read({}).stores).to.deep.equal(['1-206-flowers', 'acme-widgets'])
  })

  it('[VN7] refuses names that the protocol does not know', () => {
    expect(faultOf({ store: 'a/b', id: '', rate: '-1' })).to.match(
      /--store: got "a\/b".*--id: got "".*--rate: got "-1"/s,
    )
  })

  it('[VN2] takes rates below one a second', () => {
    expect(read({ rate: '0.25' }).rate).to.equal(0.25)
  })
})

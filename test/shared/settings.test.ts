import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { Fault } from '../../shared/fault.ts'
import {
  choiceSetting,
  environmentOf,
  LOG_SETTINGS,
  optionalTextSetting,
  readSettings,
  type Setting,
  textSetting,
  wholeNumberSetting,
} from '../../shared/settings.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const PORT = wholeNumberSetting(
  { variable: 'CAPS_PORT', flag: 'port', help: 'where to listen' },
  { fallback: 3001, minimum: 0, maximum: 65_535 },
)
const NAMING = { variable: 'CAPS_X', flag: 'x', help: 'x' }
const TABLE = {
  port: PORT,
  level: LOG_SETTINGS.logLevel,
  id: optionalTextSetting(NAMING, /^[a-z]+$/, 'letters'),
}

const faultOf = (run: () => unknown): Fault => {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown
    throw thrown
  }
  throw new Error('nothing was thrown')
}

describe('settings', () => {
  it('[CF1] takes the flag before the environment and that before the default', () => {
    const environment = { CAPS_PORT: '4000' }
    expect(readSettings(TABLE, { flags: { port: '5000' }, environment }).port).to.equal(5000)
    expect(readSettings(TABLE, { flags: {}, environment }).port).to.equal(4000)
    expect(readSettings(TABLE, { flags: {}, environment: {} })).to.deep.equal({
      port: 3001,
      level: 'info',
      id: null,
    })
  })

  it('[CF1] takes the environment before .env', () => {
    const file = join(temporaryFolder(), '.env')
    writeFileSync(file, 'CAPS_PORT=4000\nCAPS_ID="from file" # a comment\n')
    expect(environmentOf({ CAPS_PORT: '5000' }, file)).to.deep.equal({
      CAPS_PORT: '5000',
      CAPS_ID: 'from file',
    })
  })

  it('[CF2] takes an empty variable for the default', () => {
    expect(readSettings(TABLE, { flags: {}, environment: { CAPS_PORT: '' } }).port).to.equal(3001)
  })

  it('[CF2] does not take an empty flag for the default', () => {
    const fault = faultOf(() =>
      readSettings(TABLE, { flags: { port: '' }, environment: { CAPS_PORT: '4000' } }),
    )
    expect(fault.message).to.include('--port: got "", expected a whole number')
  })

  it('[CF3] reports all faults together, with source, value got and form expected', () => {
    const from = { flags: { port: '-1' }, environment: { LOG_LEVEL: 'loud', CAPS_X: 'A\n' } }
    const fault = faultOf(() => readSettings(TABLE, from))
    expect(fault.code).to.equal('configuration')
    expect(fault.message.split('\n')).to.deep.equal([
      'The configuration is not usable:',
      '  --port: got "-1", expected a whole number from 0 to 65535',
      '  LOG_LEVEL: got "loud", expected one of trace, debug, info, warn, error, silent',
      '  CAPS_X: got "A\\n", expected letters',
    ])
  })

  const FORMS: readonly (readonly [
    name: string,
    setting: Setting<unknown>,
    taken: object,
    refused: string[],
  ])[] = [
    [
      'whole number',
      PORT,
      { 0: 0, 65535: 65_535, '007': 7 },
      ['65536', '1.5', '1e3', ' 1', '0x10', '', '-0', '٣'],
    ],
    ['text', textSetting(NAMING, 'a'), { b: 'b', ' b ': ' b ' }, ['', ' ', '\t\n']],
    ['optional text', optionalTextSetting(NAMING), { b: 'b', '': '' }, []],
    ['choice', choiceSetting(NAMING, ['a', 'b'], 'a'), { a: 'a', b: 'b' }, ['c', 'A', '', 'constructor']],
  ]
  for (const [name, setting, taken, refused] of FORMS)
    it(`[CF4] takes what the form of a ${name} says and nothing else`, () => {
      for (const [text, value] of Object.entries(taken)) expect(setting.read(text), text).to.equal(value)
      expect(refused.filter((text) => setting.read(text) !== null)).to.deep.equal([])
    })

  it('[CF5] freezes what was read', () => {
    expect(readSettings(TABLE, { flags: {}, environment: {} })).to.be.frozen
  })

  it('[CF6] needs no .env file', () => {
    expect(environmentOf({ A: '1' }, join(temporaryFolder(), '.env'))).to.deep.equal({ A: '1' })
  })

  it('[CF6] says that a .env file cannot be read', () => {
    const file = join(temporaryFolder(), '.env')
    mkdirSync(file)
    const fault = faultOf(() => environmentOf({}, file))
    expect([fault.code, fault.message]).to.deep.equal([
      'configuration',
      `${file} cannot be read: ${fault.message.split('read: ')[1]}`,
    ])
  })
})

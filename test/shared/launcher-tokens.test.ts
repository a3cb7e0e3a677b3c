import { EventEmitter } from 'node:events'
import { expect } from 'chai'
import sinon from 'sinon'
import { ACTOR_SETTINGS } from '../../shared/actor-settings.ts'
import { type LauncherChannel, tokenSourceOf } from '../../shared/launcher-tokens.ts'
import { readSettings } from '../../shared/settings.ts'
import { tokenText } from './token-texts.ts'

const TOKEN = tokenText({ sub: 'driver/7' })

const createTrial = () => {
  const inbound = new EventEmitter()
  const send = sinon.stub<Parameters<NonNullable<LauncherChannel['send']>>, void>()
  const { token } = tokenSourceOf('launcher', { send, on: (event, listener) => inbound.on(event, listener) })
  return { send, inbound, ask: token as () => Promise<string> }
}

const settingsOf = (token: string) =>
  readSettings({ token: ACTOR_SETTINGS.token }, { flags: {}, environment: { CAPS_TOKEN: token } })

describe('tokens from the launcher', () => {
  it('[AL11] are asked for over the channel, each time anew', async () => {
    const { send, inbound, ask } = createTrial()
    const first = ask()
    inbound.emit('message', { token: 'a' })
    const second = ask()
    inbound.emit('message', { token: 'b' })
    expect([await first, await second]).to.deep.equal(['a', 'b'])
    expect(send.args.map(([message]) => message)).to.deep.equal(['token', 'token'])
  })

  it('[AL11] are not mistaken in what else the launcher says', async () => {
    const { inbound, ask } = createTrial()
    const asked = ask()
    for (const message of ['report', 'stop', null, {}, { token: 17 }]) inbound.emit('message', message)
    inbound.emit('message', { token: 'a' })
    expect(await asked).to.equal('a')
    expect(inbound.listenerCount('message')).to.equal(1)
  })

  it('[AL11] fail when the launcher is gone', async () => {
    const { send, ask } = createTrial()
    send.yields(new Error('channel closed'))
    expect(await ask().catch((error: Error) => error.message)).to.equal('channel closed')
  })

  it('[AL11] cannot be had without a launcher', () => {
    expect(() => tokenSourceOf('launcher', { on: () => {} }))
      .to.throw('no launcher has started this process')
      .with.property('code', 'configuration')
  })

  it('[PG10] are needed by no actor: a token may be given, or none', () => {
    expect([tokenSourceOf(TOKEN), tokenSourceOf(null)]).to.deep.equal([{ token: TOKEN }, {}])
  })
})

describe('setting of a token', () => {
  it('[PG10] takes what caps token prints', () => {
    expect(settingsOf(TOKEN).token).to.equal(TOKEN)
  })

  for (const text of ['opaque', `${TOKEN} `, `Bearer ${TOKEN}`, 'a.b'])
    it(`[PG10] takes nothing else, and does not repeat it: ${text.slice(0, 10)}`, () => {
      expect(() => settingsOf(text))
        .to.throw('CAPS_TOKEN: got a value, expected a token as caps token prints it')
        .with.property('code', 'configuration')
    })
})

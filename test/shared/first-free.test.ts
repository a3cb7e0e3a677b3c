import { join } from 'node:path'
import { expect } from 'chai'
import sinon from 'sinon'
import { Fault } from '../../shared/fault.ts'
import { openFirstFree } from '../../shared/first-free.ts'
import { openLevelOutbox } from '../../shared/outbox/level-outbox.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const NONE_FREE = 'All names are taken.'

describe('first free name', () => {
  it('[PG8] is the first one whose data folder no live process holds', async () => {
    const folder = temporaryFolder()
    const open = (name: string) =>
      openLevelOutbox({ folder: join(folder, name), participant: `driver/${name}` })
    const find = () => openFirstFree(['driver-1', 'driver-2', 'driver-3'], open, NONE_FREE)
    const first = await find()
    const second = await find()
    expect([first.name, second.name]).to.deep.equal(['driver-1', 'driver-2'])
    await first.opened.close()
    const third = await find()
    expect(third.name).to.equal('driver-1')
    await Promise.all([second.opened.close(), third.opened.close()])
  })

  it('[PG8] passes over nothing in silence that is not just held', async () => {
    const fault = new Fault('in-use', 'The folder is of an unknown format.')
    const open = sinon.stub().rejects(fault)
    const thrown = await openFirstFree(['driver-1', 'driver-2'], open, NONE_FREE).catch(
      (error: unknown) => error,
    )
    expect(thrown).to.equal(fault)
    expect(open.callCount).to.equal(1)
  })

  it('[PG8] says so when none is free', async () => {
    const locked = Object.assign(new Error('locked'), { code: 'LEVEL_LOCKED' })
    const fault = new Fault('in-use', 'held', { cause: new Error('cannot open', { cause: locked }) })
    const thrown = await openFirstFree(['a', 'b'], () => Promise.reject(fault), NONE_FREE).catch(
      (error: unknown) => error,
    )
    expect(thrown).to.include({ code: 'in-use', message: NONE_FREE })
  })
})

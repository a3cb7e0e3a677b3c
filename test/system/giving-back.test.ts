/** A link's driver and a real hub: what the driver asks about its orders while the hub does not know yet that it has taken them. */
import { expect } from 'chai'
import type { Socket } from 'socket.io-client'
import type { Link, LinkStatus } from '../../shared/link/api.ts'
import { connectHubWith } from '../../shared/link/connect-hub.ts'
import { type OpenSocket, socketOpener } from '../../shared/link/hub-socket.ts'
import type { HandedEvent } from '../../shared/protocol.ts'
import { atEndOfTest } from '../support/cleanup.ts'
import { orderOf, vendorOf } from '../support/client.ts'
import { startTestHub } from '../support/hub.ts'
import { createInbox, type Inbox } from '../support/waiting.ts'

/** Sockets of which the first that comes to it breaks: in place of an acknowledgement, or of the answer to a `release`. */
const breakingOnce = (open: OpenSocket, at: 'acknowledge' | 'answer to release'): OpenSocket => {
  let isDone = false
  return (handshake) => {
    const socket = open(handshake)
    const emit = socket.emit.bind(socket)
    const broken = () => {
      if (!isDone) (socket as unknown as Socket).io.engine.close()
      isDone = true
    }
    socket.emit = (message, ...args) => {
      if (isDone || !at.endsWith(message)) return emit(message, ...args)
      if (message === 'acknowledge') return broken()
      return emit(message, ...((args as unknown[]).with(-1, broken) as typeof args))
    }
    return socket
  }
}

interface Driver {
  readonly link: Link
  readonly pickups: Inbox<HandedEvent>
  /** Resolves when the connection has broken and the next one is there. */
  back(): Promise<void>
}

const driverAt = async (url: string, openSocket = socketOpener(url)): Promise<Driver> => {
  const link = await connectHubWith({ url, role: 'driver', id: 'd' }, { openSocket, random: () => 0 })
  atEndOfTest(() => link.close())
  const pickups = createInbox<HandedEvent>('a pickup')
  const statuses = createInbox<LinkStatus>('a status')
  link.on('pickup', pickups.put)
  link.onStatus(statuses.put)
  const back = async () => {
    await statuses.next(({ kind }) => kind === 'disconnected')
    await statuses.next(({ kind }) => kind === 'connected')
  }
  return { link, pickups, back }
}

describe('a driver whose hub does not know yet that it has taken an order', () => {
  let url: string

  beforeEach(async () => {
    url = (await startTestHub()).url
  })

  const publishOne = async () => {
    const vendor = await vendorOf(url, 'acme')
    expect(await vendor.ask('pickup', orderOf('acme', 'o-1'))).to.include({ ok: true })
  }

  it('[LK55] is told of it among its assignments when it asks at the next welcome', async () => {
    const { link, pickups, back } = await driverAt(url, breakingOnce(socketOpener(url), 'acknowledge'))
    await publishOne()
    await pickups.next()
    await back()
    expect(await link.assignments()).to.deep.equal([{ ...orderOf('acme', 'o-1'), state: 'assigned' }])
    expect(link.counts()).to.include({ handled: 1, repeatsDropped: 1 })
  })

  it('[LK55] may give it back at the next welcome, and is asked anew', async () => {
    const { link, pickups, back } = await driverAt(url, breakingOnce(socketOpener(url), 'acknowledge'))
    await publishOne()
    const first = await pickups.next()
    await back()
    expect(await link.release('acme', 'o-1', 'flat tyre')).to.include({ ok: true })
    expect((await pickups.next()).id).to.equal(first.id)
  })

  it('[LK43][LK55] has it again by a new lease when the answer to giving it back was lost', async () => {
    const { link, pickups } = await driverAt(url, breakingOnce(socketOpener(url), 'answer to release'))
    await publishOne()
    const first = await pickups.next()
    const code = await link.release('acme', 'o-1', 'flat tyre').catch((fault) => fault.code)
    expect(code).to.equal('not-connected')
    const second = await pickups.next()
    expect(second.entry).not.to.equal(first.entry)
    expect(await link.assignments()).to.have.length(1)
  })

  it('[LK55] may give it back as soon as its handler has returned, and is asked anew', async () => {
    const { link, pickups } = await driverAt(url)
    await publishOne()
    const first = await pickups.next()
    expect(await link.release('acme', 'o-1', 'flat tyre')).to.include({ ok: true })
    expect((await pickups.next()).id).to.equal(first.id)
  })
})

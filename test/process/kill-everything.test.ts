/**
 * The whole system as real processes: hub, vendors and drivers are killed one after another, drawn from a seed, and started again with the command that started them. The instants are
 * counted in what the processes print; on a machine on which all orders are done before the last kill, the rest come at once. In the end the hub's own history of every order tells whether anything was lost, done twice or done by two.
 */
import { expect } from 'chai'
import { freePort } from '../../bin/simulation/free-port.ts'
import type { HistoryItem, TrackReply } from '../../shared/protocol.ts'
import { orderIdOf } from '../../vendor/orders.ts'
import { type CapsProcess, killLeftovers, startCaps } from '../support/caps-process.ts'
import { vendorOf } from '../support/client.ts'
import { readyHub } from '../support/hub-process.ts'
import { Progress } from '../support/progress.ts'
import { seeded } from '../support/seeded.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const SEED = 7
const KILLS = 15
const ORDERS = 120
const STORES = ['acme', 'other']
const DRIVERS = ['d-1', 'd-2']

type Found = Extract<TrackReply, { ok: true }>

interface Actor {
  readonly name: string
  readonly command: readonly string[]
  process: CapsProcess
}

const commandsFor = (port: number, folder: string): Record<string, string[]> => {
  const common = ['--data-dir', folder]
  const hub = [
    'hub',
    ...common,
    '--port',
    String(port),
    '--driver-grace-ms',
    '2000',
    '--ack-timeout-ms',
    '5000',
  ]
  const client = [...common, '--url', `http://127.0.0.1:${port}`]
  const run = ['--orders', String(ORDERS), '--seed', String(SEED), '--rate', '30', '--when-done', 'stay']
  return {
    hub,
    ...Object.fromEntries(STORES.map((store) => [store, ['vendor', ...client, '--store', store, ...run]])),
    ...Object.fromEntries(
      DRIVERS.map((id) => [id, ['driver', ...client, '--id', id, '--travel-ms', '20', '--capacity', '10']]),
    ),
  }
}

/** Each of them began once, was done once, by one driver, and was heard once by its vendor. */
const expectWhole = ({ order, history }: Found, vendor: string): void => {
  expect(order.state).to.equal('delivered')
  const itemsOf = (what: HistoryItem['what']) => history.filter((item) => item.what === what)
  for (const what of ['pickup', 'in-transit', 'delivered'] as const)
    expect(itemsOf(what), `${what} of ${order.orderId}`).to.have.length(1)
  for (const what of ['in-transit', 'delivered'] as const)
    expect(itemsOf(what)[0]?.participant).to.equal(`driver/${order.driver}`)
  expect(itemsOf('acknowledged').map(({ participant, event }) => [participant, event])).to.deep.equal([
    [vendor, 'in-transit'],
    [vendor, 'delivered'],
  ])
  expect(itemsOf('dead-letter')).to.deep.equal([])
}

describe('everything that is killed', function () {
  this.timeout(90_000)
  afterEach(killLeftovers)

  it(`[HB9] goes on, and every event has arrived once and in order after ${KILLS} kills`, async () => {
    const random = seeded(SEED)
    const port = await freePort()
    const progress = new Progress()
    const allDone = `thanked for ${ORDERS} of ${ORDERS} orders`
    const done = new Set<string>()
    const start = (command: readonly string[]): CapsProcess => {
      const started = startCaps(...command)
      started.child.stdout?.on('data', (text: Buffer) => {
        if (text.includes(allDone)) done.add(command.join(' '))
        progress.made()
      })
      return started
    }
    const actors: Actor[] = Object.entries(commandsFor(port, temporaryFolder())).map(([name, command]) => ({
      name,
      command,
      process: start(command),
    }))
    const killed = new Set<string>()
    for (let kills = 0; kills < KILLS; kills += 1) {
      await progress.steps(random.whole(1, 25), () => done.size === STORES.length)
      const actor = kills < actors.length ? actors[kills]! : random.oneOf(actors)
      killed.add(actor.name)
      actor.process.child.kill('SIGKILL')
      expect(await actor.process.ended, actor.name).to.equal('SIGKILL')
      actor.process = start(actor.command)
    }
    expect(killed.size).to.equal(actors.length)
    const vendors = actors.filter(({ name }) => STORES.includes(name))
    await Promise.all(vendors.map(({ process }) => process.line(allDone)))

    const { url } = await readyHub(actors.find(({ name }) => name === 'hub')!.process)
    for (const store of STORES) {
      const auditor = await vendorOf(url, store, { id: 'auditor' })
      for (let n = 0; n < ORDERS; n += 1) {
        const orderId = orderIdOf({ seed: String(SEED), store, till: 'main' }, n)
        expectWhole(await auditor.ask<Found>('track', { orderId }), `vendor/${store}/main`)
      }
    }
    for (const { process } of actors.toReversed()) {
      process.child.kill('SIGTERM')
      expect(await process.ended).to.equal(0)
    }
  })
})

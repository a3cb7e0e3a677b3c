/** Clients and machines that are not as several hubs need them. */
import { expect } from 'chai'
import { openPostgresLedger } from '../../hub/ledger/postgres/open.ts'
import { type Clock, systemClock } from '../../shared/clock.ts'
import { NO_REPORTS, newDatabase } from '../hub/ledger/postgres/databases.ts'
import { driverOf, openClient, orderOf, vendorOf } from '../support/client.ts'
import { startTestHub } from '../support/hub.ts'
import { describePostgres, queryAt } from '../support/postgres.ts'
import { inTime } from '../support/waiting.ts'

const HOUR_MS = 3_600_000

/** To a request of Socket.IO's client. */
interface Answer {
  readonly status: number
  readonly responseText: string
}

const startOn = async (url: string, machineClock: Clock = systemClock) => {
  const opened = await openPostgresLedger({ url, durability: 'local' }, machineClock, {
    reports: NO_REPORTS,
  })
  const { ledger, hubs, clock } = opened
  const hub = await startTestHub({ ledger, hubs, clock, options: { driverGraceMs: HOUR_MS } })
  return { ...hub, hubs }
}

describePostgres('one of several hubs', () => {
  for (const transports of [['polling'], ['polling', 'websocket']])
    it(`[PQ31] tells a client that begins with polling what to set (${transports.join(', ')})`, async () => {
      const hub = await startOn(await newDatabase())
      const { socket } = openClient(hub.url, { role: 'vendor', store: 'acme' }, { transports })
      // What the answer says is there as long as the listener runs.
      const answer = new Promise<Answer>((resolve) => {
        socket.on('connect_error', (error) => {
          const { status, responseText } = (error as unknown as { context: Answer }).context
          resolve({ status, responseText })
        })
      })
      const { status, responseText } = await inTime(answer, () => 'a refusal')
      expect(status).to.equal(403)
      expect(JSON.parse(responseText).message).to.match(/^bad-handshake: .*transports: \['websocket'\]/)
      expect(hub.reports.counts.refused).to.equal(1)
    })

  it('[PQ32] goes by the database’s clock, however far its machine’s is from those of others', async () => {
    const url = await newDatabase()
    const one = await startOn(url)
    const ahead = await startOn(url, { ...systemClock, now: () => systemClock.now() + HOUR_MS })
    for (const { hubs } of [one, ahead, one]) await hubs.beat()
    const till = await vendorOf(one.url, 'acme')
    const driver = await driverOf(ahead.url, 'bob')
    for (const { hubs } of [one, ahead, one]) await hubs.beat()
    await till.ask('pickup', orderOf('acme', 'o-1'))
    const pickup = await driver.handed.next()
    pickup.reply()
    await driver.ask('in-transit', { store: 'acme', orderId: 'o-1' })
    const { event } = await till.handed.next()
    const { history } = await till.ask<{ history: { time: string; what: string }[] }>('track', {
      orderId: 'o-1',
    })
    const [row] = await queryAt(
      url,
      'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::text AS now',
    )
    const times = [pickup.event.time, event.time, ...history.map(({ time }) => time)]
    for (const time of times)
      expect(Number(row?.now) - Date.parse(time)).to.be.within(-HOUR_MS / 2, HOUR_MS / 2)
    expect(history.map(({ what }) => what)).to.include.members(['leased', 'assigned'])
  })
})

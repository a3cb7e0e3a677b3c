import { expect } from 'chai'
import sinon from 'sinon'
import { pickupEntry } from '../../hub/domain/dispatch.ts'
import { HubReports } from '../../hub/reports.ts'
import { vendorId } from '../../shared/ids.ts'
import { order, waitingOrder } from '../support/orders.ts'

const MAIN = vendorId('acme', 'main')
const ENTRY = pickupEntry(
  waitingOrder(order('A', { customer: 'MARK', address: 'MARK', details: { MARK: 'MARK' } })),
)

describe('reports of the hub', () => {
  const openReports = (isMasking: boolean) => {
    const log = { debug: sinon.stub(), info: sinon.stub(), warn: sinon.stub() }
    const reports = new HubReports(log, { event: (_, write) => write(), close: () => {} }, { isMasking })
    reports.accepted(ENTRY)
    reports.failed(ENTRY, MAIN, 'MARK says no')
    reports.failed(ENTRY, MAIN, 'not acknowledged in time')
    reports.deadLettered(ENTRY, MAIN)
    return { log, reports }
  }

  it('[PV6] tells customer, address, details and reasons at debug level only, once there is a key', () => {
    const { log } = openReports(true)
    expect(JSON.stringify([log.info.args, log.warn.args])).to.not.include('MARK')
    expect(JSON.stringify(log.debug.args)).to.include('MARK says no').and.include('"customer":"MARK"')
  })

  it('[PV6][HB8] keeps the shape of the line of an event', () => {
    const { event, time } = ENTRY
    const masked = {
      store: 'acme',
      orderId: 'A',
      customer: '[masked]',
      address: '[masked]',
      details: '[masked]',
    }
    expect(openReports(true).log.info.args[0]).to.deep.equal([{ event, time, payload: masked }, 'EVENT'])
  })

  it("[PV6] masks what a peer wrote, not the hub's own reasons", () => {
    const reasons = openReports(true)
      .log.info.args.slice(1)
      .map(([line]) => line.reason)
    expect(reasons).to.deep.equal(['[masked]', 'not acknowledged in time'])
  })

  it('[HB8] tells all in open mode', () => {
    const { log } = openReports(false)
    expect(JSON.stringify(log.info.args)).to.include('"customer":"MARK"').and.include('MARK says no')
    expect(log.debug.called).to.equal(false)
  })

  it('[PV7] counts by codes and kinds, and keeps nothing that a payload says', () => {
    const { reports } = openReports(true)
    reports.refused('malformed')
    expect(JSON.stringify([reports.counts, [...reports.refusals]])).to.not.include('MARK')
  })
})

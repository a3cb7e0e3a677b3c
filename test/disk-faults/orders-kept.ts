/** What a hub has of the orders that the link's store and driver were told about. */
import { expect } from 'chai'
import type { EventName, HistoryItem, TrackReply } from '../../shared/protocol.ts'
import { vendorOf } from '../support/client.ts'
import { eventKey, type LinkDriver, type LinkStore, type Noted } from './link-actors.ts'

const EVENTS: readonly EventName[] = ['pickup', 'in-transit', 'delivered']

type Found = Extract<TrackReply, { ok: true }>

/** What happened to each of these orders of `acme`, in words, as the hub has it; nothing of one that it does not know. */
export const historiesOf = async (
  url: string,
  orders: readonly string[],
): Promise<HistoryItem['what'][][]> => {
  const auditor = await vendorOf(url, 'acme', { id: 'auditor', receive: false })
  const histories = []
  for (const orderId of orders) {
    const { history = [] } = await auditor.ask<Partial<Found>>('track', { orderId })
    histories.push(history.map(({ what }) => what))
  }
  auditor.socket.disconnect()
  return histories
}

const isEvent = (what: HistoryItem['what']): what is EventName => EVENTS.includes(what as EventName)

/** By `eventKey`, an event as often as it is there. */
export const keptEvents = async (url: string, orders: readonly string[]): Promise<string[]> => {
  const histories = await historiesOf(url, orders)
  return histories.flatMap((history, index) =>
    history.filter(isEvent).map((event) => eventKey(event, orders[index]!)),
  )
}

const idsOf = ({ handled }: Noted): Map<string, string> =>
  new Map(handled.map(({ event, payload, id }) => [eventKey(event, payload.orderId), id]))

/** Every order went its whole way, in order, once, under the ids that were confirmed. */
export const expectWhole = async (url: string, store: LinkStore, driver: LinkDriver): Promise<void> => {
  const whole = store.made.flatMap((orderId) => EVENTS.map((event) => eventKey(event, orderId)))
  expect(await keptEvents(url, store.made)).to.deep.equal(whole)
  for (const orderId of store.made) {
    const heard = store.handled.filter(({ payload }) => payload.orderId === orderId)
    expect([...new Set(heard.map(({ event }) => event))]).to.deep.equal(['in-transit', 'delivered'])
  }
  const heard = new Map([...idsOf(driver), ...idsOf(store)])
  for (const [key, id] of [...store.confirmed, ...driver.confirmed]) expect(heard.get(key), key).to.equal(id)
}

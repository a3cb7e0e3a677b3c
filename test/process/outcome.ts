import { expect } from 'chai'
import type { PlainDriver, PlainStore } from './plain-actors.ts'

/** Every order that a store was confirmed was heard to be carried by one driver, once; its events came in order. */
export const expectAll = (stores: readonly PlainStore[], drivers: readonly PlainDriver[]): void => {
  for (const store of stores)
    for (const orderId of store.confirmed.keys()) {
      const own = store.heard.filter(({ event }) => event.payload.orderId === orderId)
      const names = [...new Set(own.map(({ event }) => event.event))]
      expect(names, orderId).to.deep.equal(['in-transit', 'delivered'])
      const carriers = drivers.filter(({ confirmed }) => confirmed.has(`in-transit ${store.name}/${orderId}`))
      expect(carriers, `one driver has carried ${orderId}`).to.have.length(1)
      for (const name of names) {
        const ids = new Set(own.flatMap(({ event }) => (event.event === name ? [event.id] : [])))
        expect([...ids]).to.deep.equal([carriers[0]!.confirmed.get(`${name} ${store.name}/${orderId}`)])
      }
    }
}
